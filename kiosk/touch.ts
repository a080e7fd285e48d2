const DOUBLE_MS = 500;
const NEAR_PX = 48;

interface Tap {
  readonly at: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Tells the second tap of a double tap, which would land on whatever the first one brought up.
 * `stepKey` names what is on the screen; typing the same letter twice is not a double tap.
 */
export class DoubleTaps {
  #last: (Tap & { readonly stepKey: string }) | null = null;

  isSecond(tap: Tap, stepKey: string): boolean {
    const last = this.#last;
    const second =
      last !== null &&
      last.stepKey !== stepKey &&
      tap.at - last.at < DOUBLE_MS &&
      Math.hypot(tap.x - last.x, tap.y - last.y) < NEAR_PX;
    if (!second) this.#last = { ...tap, stepKey };
    return second;
  }
}
