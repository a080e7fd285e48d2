import type { PhoneView } from '../../core/protocol/views.js';
import { assertAway, post, type Refused } from '../../web/api.js';
import { phoneNumber } from '../../web/number.js';

/** Why nothing was done; words under `phone.<code>`. */
export type TextsProblem = 'smsWrong' | 'smsFailed' | 'smsKept';

/** What a view says of the visitor's number. */
type News = NonNullable<PhoneView['sms']>;
type Post = (path: string, body: object) => Promise<object | Refused>;

/** A visitor's text messages: the number is written here and nowhere else. */
export class Texts {
  /** The form is open. */
  open = $state(false);
  number = $state('');
  consent = $state(false);
  busy = $state(false);
  problem = $state<TextsProblem | null>(null);
  readonly #token: string;
  readonly #news: () => News;
  readonly #post: Post;
  /** What was done since these news. */
  #done = $state.raw<{ readonly after: News; readonly on: boolean } | null>(null);

  constructor(token: string, news: () => News, send: Post = post) {
    this.#token = token;
    this.#news = news;
    this.#post = send;
  }

  /** Whether a number is known: what was done here holds until the next view. */
  get on(): boolean {
    const news = this.#news();
    return this.#done?.after === news ? this.#done.on : news.state !== null;
  }

  async save(): Promise<void> {
    const phone = phoneNumber(this.number);
    if (phone === null) {
      this.problem = 'smsWrong';
      return;
    }
    const { consent } = this;
    if (!(await this.#do('/api/sms', { phone, consent }, 'smsFailed'))) return;
    this.open = false;
    this.number = '';
    this.#done = { after: this.#news(), on: true };
  }

  async forget(): Promise<void> {
    if (!(await this.#do('/api/sms/forget', {}, 'smsKept'))) return;
    this.consent = false;
    this.#done = { after: this.#news(), on: false };
  }

  /** Whether it was done; if not, `problem` says so. */
  async #do(path: string, body: object, problem: TextsProblem): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      const answer = await this.#post(path, { token: this.#token, ...body });
      if ('refused' in answer) this.problem = problem;
    } catch (fault) {
      assertAway(fault);
      this.problem = problem;
    } finally {
      this.busy = false;
    }
    return this.problem === null;
  }
}
