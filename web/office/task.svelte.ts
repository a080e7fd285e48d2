import { assertAway, type Refused } from '../api.js';

const isRefused = (answer: object): answer is Refused => 'refused' in answer;

/**
 * One thing asked of the server, by a button or a page: whether it is under way, and why the last
 * one was not done: a refusal's code, or `away` when the server could not be reached.
 */
export class Task {
  busy = $state(false);
  problem = $state<string | null>(null);

  /** The answer, or `null` when it was refused, could not be asked, or another is under way. */
  async run<T extends object>(work: () => Promise<T | Refused>): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    try {
      const answer = await work();
      if (!isRefused(answer)) return answer;
      this.problem = answer.refused;
    } catch (fault) {
      assertAway(fault);
      this.problem = 'away';
    } finally {
      this.busy = false;
    }
    return null;
  }
}
