/** Shortest secrets: a clerk also needs an enrolled desk, a manager answers for everything. */
export const SECRET_MIN = { clerk: 8, manager: 15 } as const;
