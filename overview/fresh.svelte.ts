import type { Millis } from '../core/configuration.js';
import { assertAway, type Refused } from '../web/api.js';

const AGAIN_MS = 30_000;

interface Answer {
  readonly now: Millis;
}

/**
 * An answer that is asked for again every half minute, while its page is seen. The last one stays
 * until another has come, so that nobody loses their place.
 */
export class Fresh<T extends Answer> {
  answer = $state.raw<T | null>(null);
  /** Why there is no newer one: a refusal's code, or `away` where nobody answers. */
  problem = $state<string | null>(null);
  /** A newer question makes an earlier answer worthless. */
  private asked = 0;

  constructor(
    private readonly ask: (again: boolean) => Promise<T | Refused>,
    private readonly ended: () => void,
  ) {}

  async look(again = false): Promise<void> {
    const mine = ++this.asked;
    try {
      const answer = await this.ask(again);
      if (mine !== this.asked) return;
      if (!('refused' in answer)) {
        this.answer = answer;
        this.problem = null;
      } else if (answer.refused === 'session.needed') {
        this.ended();
      } else {
        this.problem = answer.refused;
      }
    } catch (fault) {
      assertAway(fault);
      if (mine === this.asked) this.problem = 'away';
    }
  }

  /** Looks now and then again and again; returns what ends that. */
  follow(): () => void {
    void this.look();
    const again = (): void => {
      if (document.visibilityState === 'visible') void this.look(true);
    };
    const timer = setInterval(again, AGAIN_MS);
    document.addEventListener('visibilitychange', again);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
    };
  }
}
