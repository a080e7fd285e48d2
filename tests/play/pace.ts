/** Time of the play: it runs `speed` times as fast as this machine's. */
export class Pace {
  private readonly startedAt = performance.now();

  constructor(readonly speed: number) {}

  /** Milliseconds of the play since its start. */
  now(): number {
    return (performance.now() - this.startedAt) * this.speed;
  }

  /** Waits so many milliseconds of the play. */
  rest(ms: number): Promise<void> {
    return pause(ms / this.speed);
  }
}

/** Waits so many milliseconds of this machine's time. */
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, Math.max(0, ms)));
