/** What may break a rule of the house, and why. One that is no longer needed fails the test. */
export interface Exception {
  readonly check: string;
  readonly path: string;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [];
