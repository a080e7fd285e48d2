import { MINUTE_MS } from '../../core/time.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { Answer } from '../../core/protocol/wire.js';
import { openPage, Screen, signIn, type Jar } from '../play/client.js';
import { drawGapMs, NO_SHOW_LOST_MS, noShowShare } from '../play/habits.js';
import type { Random } from '../play/random.js';
import type { DeskScreen, Hall, Present } from './hall.js';
import type { ReplayCounter, Span } from './plan.js';

/** After the log's last hour clerks stay while somebody waits, at most so long. */
const STAY_MAX_MS = 60 * MINUTE_MS;
/** A session that nobody uses for half an hour ends. */
/** Somebody waits by our book and not by the server's: the answer is on its way. */
const LOOK_MS = 1_000;
const KEEP_SIGNED_MS = 10 * MINUTE_MS;

export interface Seat {
  readonly deviceId: string;
  readonly staffId: string;
  readonly counterId: string;
  readonly profileId: string;
  readonly plan: ReplayCounter;
  readonly random: Random;
}

/** A clerk of the replay: opens as the log says, calls whom the server names, handles as drawn. */
export class Desk {
  private jar: Jar | undefined;
  private screen: DeskScreen | undefined;
  private usedAt = 0;

  constructor(
    private readonly hall: Hall,
    private readonly seat: Seat,
  ) {}

  async work(): Promise<void> {
    const { open } = this.seat.plan;
    const home = new AbortController();
    const keeping = this.keepSigned(home.signal);
    try {
      for (const [index, span] of open.entries()) {
        await this.hall.site.clock.until(span.from);
        await this.serveDuring(span, index === open.length - 1);
      }
    } finally {
      home.abort();
      await keeping;
      this.screen?.close();
    }
  }

  private async serveDuring(span: Span, last: boolean): Promise<void> {
    const { hall } = this;
    const { clock } = hall.site;
    const { counterId, profileId, plan, random } = this.seat;
    const stays = (): boolean =>
      clock.now() < span.to ||
      (last && clock.now() < span.to + STAY_MAX_MS && hall.waitsFor(plan.categories));
    await this.demand({ type: 'openCounter', counterId, profileId });
    while (stays()) {
      const answer = await this.ask({ type: 'callNext', counterId });
      if (!isRefusal(answer)) {
        await this.serve(this.called(answer.ticketId ?? ''));
        await clock.until(clock.now() + drawGapMs(random));
      } else if (answer.refused === 'queue.empty') {
        const here = hall.waitsFor(plan.categories);
        await hall.rest(plan.categories, here ? clock.now() + LOOK_MS : span.to);
      } else throw new Error(`${counterId} cannot call: ${answer.refused}`);
    }
    await this.demand({ type: 'closeCounter', counterId });
    // Who was woken for somebody and went home hands them on.
    for (const category of plan.categories) if (hall.waitsFor([category])) hall.ring(category);
  }

  private called(ticketId: string): Present | undefined {
    const person = this.hall.present.get(ticketId);
    if (person === undefined) return undefined;
    if (person.state !== 'waiting') this.hall.calledTwice.push(ticketId);
    person.state = 'called';
    return person;
  }

  private async serve(person: Present | undefined): Promise<void> {
    const { clock } = this.hall.site;
    const { counterId, plan } = this.seat;
    const waitedMs = clock.now() - (person?.joinedAt ?? clock.now());
    if (person !== undefined && person.absence < noShowShare(waitedMs)) {
      await clock.until(clock.now() + NO_SHOW_LOST_MS / 2);
      await this.demand({ type: 'recall', counterId });
      await clock.until(clock.now() + NO_SHOW_LOST_MS / 2 + 1);
      await this.demand({ type: 'noShow', counterId });
      person.state = 'missed';
      return;
    }
    await this.demand({ type: 'start', counterId });
    await clock.until(clock.now() + (person?.handlingMs ?? MINUTE_MS) * plan.speed);
    await this.demand({ type: 'finish', counterId });
    if (person !== undefined) person.state = 'served';
  }

  /** Asks for what cannot be refused here. */
  private async demand(command: object): Promise<void> {
    const answer = await this.ask(command);
    if (isRefusal(answer)) {
      throw new Error(`${this.seat.counterId}: ${JSON.stringify(command)}: ${answer.refused}`);
    }
  }

  private async ask(command: object): Promise<Answer> {
    for (;;) {
      const screen = await this.signedIn();
      this.usedAt = this.hall.site.clock.now();
      try {
        const answer = await this.hall.ask(screen, command);
        if (!isRefusal(answer) || answer.refused !== 'role.denied') return answer;
      } catch (error) {
        if (screen.over === undefined) throw error;
      }
      // A shift is over after twelve hours: the clerk signs in again, and asks as somebody new.
      screen.close();
      this.screen = undefined;
    }
  }

  private async signedIn(): Promise<DeskScreen> {
    if (this.screen !== undefined && this.screen.over === undefined) return this.screen;
    const { url, secrets, clock, now } = this.hall.site;
    const { deviceId, staffId } = this.seat;
    const letGo = clock.hold();
    try {
      const jar = await openPage(url, 'desk', deviceId);
      await signIn(url, jar, { deviceId, staffId, secret: secrets.clerk });
      const screen: DeskScreen = new Screen(url, 'desk', { deviceId, jar, now });
      await screen.ready();
      this.jar = jar;
      this.screen = screen;
      return screen;
    } finally {
      letGo();
    }
  }

  private async keepSigned(home: AbortSignal): Promise<void> {
    const { url, clock } = this.hall.site;
    const { deviceId } = this.seat;
    while (!home.aborted) {
      await clock.until(clock.now() + KEEP_SIGNED_MS, home);
      const idle = clock.now() - this.usedAt >= KEEP_SIGNED_MS;
      if (home.aborted || !idle || this.jar === undefined) continue;
      const letGo = clock.hold();
      const headers = { cookie: this.jar.header() };
      try {
        await (await fetch(`${url}/api/session?device=${deviceId}`, { headers })).text();
      } finally {
        letGo();
      }
    }
  }
}
