import type { Configuration } from '../../core/configuration.js';
import { MINUTE_MS } from '../../core/time.js';
import { isRefusal, type RefusalCode } from '../../core/protocol/refusals.js';
import type { Answer } from '../../core/protocol/wire.js';
import type { DeskCurrent, DeskView } from '../../core/protocol/views.js';
import type { Book, Guest } from './book.js';
import { openPage, Screen, signIn } from './client.js';
import { drawGapMs, drawHandlingMs, noShowShare } from './habits.js';
import { pause, type Pace } from './pace.js';
import type { Random } from './random.js';
import type { PlannedClerk } from './staff.js';
import type { Visitors } from './visitors.js';

/** How long a clerk looks at the screen before trying again, in real time. */
const LOOK_MS = 2_000;
const SETTLE_MS = 250;
const WALK_MEAN_MS = 15_000;
const RECALL_AFTER_MS = 25_000;
/** A session ends by itself then; one that ends sooner was taken by a person. */
const SESSION_MS = 12 * 60 * MINUTE_MS;
const SESSION_IDLE_MS = 29 * MINUTE_MS;

/** What all clerks of a play share. */
export interface Hall {
  readonly url: string;
  readonly secret: string;
  readonly configuration: Configuration;
  readonly pace: Pace;
  readonly book: Book;
  readonly visitors: Visitors;
}

export interface Post {
  readonly deviceId: string;
  readonly staffId: string;
  readonly random: Random;
  readonly plan: PlannedClerk;
  /** Whether the plan has a break at this moment of the play. */
  readonly onBreak: () => boolean;
}

/**
 * A clerk who looks at the desk's screen and does what comes next there, whatever happened before:
 * after a restart of the server the work goes on with the ticket in hand.
 */
export class Clerk {
  private screen: Screen<DeskView> | undefined;
  private signedAt = 0;
  private askedAt = 0;

  constructor(
    private readonly hall: Hall,
    private readonly post: Post,
  ) {}

  /** Works until a person takes the desk over. Rejects when the desk cannot be reached any more. */
  async work(): Promise<'takenOver'> {
    for (;;) {
      if (this.takenOver()) return 'takenOver';
      const screen = await this.sit();
      const { view } = screen;
      if (view === undefined || !screen.socket.connected) await screen.news(LOOK_MS);
      else await this.act(screen, view);
    }
  }

  private takenOver(): boolean {
    const over = this.screen?.over;
    if (over !== 'signedOut' && over !== 'notSignedIn') return false;
    const now = Date.now();
    return now - this.signedAt < SESSION_MS && now - this.askedAt < SESSION_IDLE_MS;
  }

  /** Opens the desk's page and signs in, where that has not been done. */
  async sit(): Promise<Screen<DeskView>> {
    if (this.screen !== undefined && this.screen.over === undefined) return this.screen;
    this.screen?.close();
    const { url, secret } = this.hall;
    const { deviceId, staffId } = this.post;
    const jar = await openPage(url, 'desk', deviceId);
    await signIn(url, jar, { deviceId, staffId, secret });
    this.signedAt = Date.now();
    this.askedAt = this.signedAt;
    this.screen = new Screen<DeskView>(url, 'desk', { deviceId, jar });
    return this.screen;
  }

  private async act(screen: Screen<DeskView>, view: DeskView): Promise<void> {
    const { counter, current, hall, waitingTotal } = view;
    const { counterId, profileId } = this.post.plan;
    if (hall.state === 'closed' || hall.state === 'before') return screen.news(LOOK_MS);
    if (counter === null || counter.state === 'closed') {
      if (this.post.onBreak()) return screen.news(LOOK_MS);
      return this.settle(screen, { type: 'openCounter', counterId, profileId });
    }
    if (current !== null) return this.serve(screen, current);
    const breaks = this.post.onBreak();
    if (counter.state === 'paused') {
      return breaks ? screen.news(LOOK_MS) : this.settle(screen, this.at('resume'));
    }
    if (breaks) return this.settle(screen, { ...this.at('pause'), reasonId: this.reason('pause') });
    const parked = this.ownParked(view);
    if (parked !== undefined) {
      await this.settle(screen, { ...this.at('unpark'), ticketId: parked });
    } else if (waitingTotal === 0) return screen.news(LOOK_MS);
    await this.hall.pace.rest(drawGapMs(this.post.random));
    return this.settle(screen, this.at('callNext'));
  }

  /** From the call on: the visitor comes or is given up, is handled, and goes or goes on. */
  private async serve(screen: Screen<DeskView>, current: DeskCurrent): Promise<void> {
    const { pace, book } = this.hall;
    const guest = book.guests.get(current.ticketId);
    if (guest !== undefined) guest.state = 'called';
    if (current.state === 'called') {
      const waited = guest === undefined ? 0 : pace.now() - guest.joinedAt;
      if (guest !== undefined && guest.handled === 0 && guest.visit.absence < noShowShare(waited)) {
        return this.giveUp(screen, guest);
      }
      await pace.rest(this.post.random.exponential(WALK_MEAN_MS));
      return this.settle(screen, this.at('start'));
    }
    await pace.rest(this.handlingMs(current, guest));
    await this.settle(screen, this.last(current, guest));
  }

  private handlingMs({ serviceId }: DeskCurrent, guest: Guest | undefined): number {
    const { random, plan } = this.post;
    const planned = guest?.visit.handlingMs[guest.handled];
    if (planned !== undefined) return planned * plan.speed;
    const service = this.hall.configuration.services.find(({ id }) => id === serviceId);
    return drawHandlingMs(random, service?.handlingMin ?? 5, plan.speed);
  }

  /** How the handling ends. */
  private last(current: DeskCurrent, guest: Guest | undefined): object {
    const turn = guest?.turned === false ? guest.visit.turn : 'none';
    if (guest !== undefined) {
      guest.turned = true;
      guest.state = 'waiting';
    }
    if (turn === 'park') return { ...this.at('park'), reasonId: this.reason('park') };
    if (turn === 'transfer' || turn === 'transferAndReturn') {
      const { services } = this.hall.configuration;
      const own = services.find(({ id }) => id === current.serviceId)?.category;
      const others = services.filter(({ category }) => category !== own);
      if (others.length > 0) {
        return { ...this.at(turn), serviceId: this.post.random.pick(others).id };
      }
    }
    const result = guest?.visit.result ?? 'completed';
    if (guest !== undefined) this.finished(current, guest);
    return { ...this.at('finish'), result };
  }

  private finished({ nextServices }: DeskCurrent, guest: Guest): void {
    guest.handled += 1;
    if (nextServices.length > 0) return;
    this.hall.book.counts.served += 1;
    this.hall.visitors.rates(guest);
    this.hall.book.forget(guest);
  }

  /** Calls again until the rules let an absent visitor go. */
  private async giveUp(screen: Screen<DeskView>, guest: Guest): Promise<void> {
    const { pace, configuration, book, visitors } = this.hall;
    for (let calls = 1; calls < configuration.rules.noShowCalls; calls += 1) {
      await pace.rest(RECALL_AFTER_MS);
      await screen.ask(this.at('recall'));
    }
    let answer: Answer = await screen.ask(this.at('noShow'));
    while (isRefusal(answer) && answer.refused === 'noShow.tooSoon') {
      await pause(LOOK_MS);
      answer = await screen.ask(this.at('noShow'));
    }
    await screen.news(SETTLE_MS);
    if (isRefusal(answer)) return;
    book.counts.absent += 1;
    visitors.comesBack(guest);
  }

  /** Asks, and lets the screen show what became of it; what is refused shows there too. */
  private async settle(screen: Screen<DeskView>, command: object): Promise<void> {
    this.askedAt = Date.now();
    const answer = await screen.ask(command);
    await screen.news(SETTLE_MS);
    if (isRefusal(answer) && !HARMLESS.has(answer.refused)) await screen.news(LOOK_MS);
  }

  private ownParked({ parked }: DeskView): string | undefined {
    const mine = parked.find(({ ticketId }) => this.hall.book.guests.has(ticketId));
    return this.post.random.unit() < 0.5 ? mine?.ticketId : undefined;
  }

  private at<T extends string>(type: T) {
    return { type, counterId: this.post.plan.counterId };
  }

  private reason(kind: 'pause' | 'park'): string {
    const [first] = this.hall.configuration.reasons[kind];
    return first?.id ?? '';
  }
}

const HARMLESS: ReadonlySet<RefusalCode> = new Set(['queue.empty', 'counter.empty']);
