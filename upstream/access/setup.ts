import { createHmac, timingSafeEqual } from 'node:crypto';

const GROUPS = 4;

/**
 * The code with which the first operator is named, for the terminal: four groups of four digits.
 * Receivers that share a pepper have the same, and it is good only while there is no operator.
 */
export const setupCodeOf = (pepper: Buffer): string => {
  const made = createHmac('sha256', pepper).update('dawr setup code').digest();
  return Array.from({ length: GROUPS }, (_, group) =>
    String(made.readUInt32BE(4 * group) % 10_000).padStart(4, '0'),
  ).join('-');
};

/** In a time that tells nothing of how much was right. */
export const isSetupCode = (pepper: Buffer, given: string): boolean => {
  const [right, tried] = [setupCodeOf(pepper), given].map((code) =>
    createHmac('sha256', pepper).update(code).digest(),
  );
  return timingSafeEqual(right!, tried!);
};
