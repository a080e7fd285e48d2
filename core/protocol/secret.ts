/** Shortest secrets: a clerk also needs an enrolled desk, a manager answers for everything. */
export const SECRET_MIN = { clerk: 8, manager: 15 } as const;

/** Of an account at a data centre, whose door more people reach. */
export const ACCOUNT_SECRET_MIN = 15;
