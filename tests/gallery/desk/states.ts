import type { ClerkAsk } from '../../../core/protocol/commands.js';
import type { DeskView } from '../../../core/protocol/views.js';
import type { Acts } from '../../../desk/acts.svelte.js';
import { hall, HALL_AT, label } from '../../fixtures/board.js';
import {
  deskCounter,
  deskCurrent,
  deskServing,
  deskTicket,
  deskView,
} from '../../fixtures/desk.js';

export interface DeskState {
  readonly view: DeskView;
  readonly deviceId?: string;
  readonly live?: boolean;
  /** What the clerk has done before the picture. */
  readonly before?: (acts: Acts) => void;
  /** What is pressed then, by test ids. */
  readonly pressed?: readonly string[];
}

const closed = deskCounter({ state: 'closed', clerk: null, profileId: null, since: null });
const nobody = { waiting: [], waitingTotal: 0, parked: [], absent: [] };
const calling = deskCounter({ state: 'called' });
const busy = deskCounter({ state: 'serving' });
const callNext: ClerkAsk = { type: 'callNext', counterId: 'c3' };
const back: ClerkAsk = { type: 'returnTicket', ticketId: 'demostream:105' };
const suspended = hall({
  state: 'suspended',
  reason: { ar: 'السيستم واقع', en: 'System down' },
});

/** Every state of a clerk's desk, by name. */
export const STATES: Readonly<Record<string, DeskState>> = {
  ready: { view: deskView() },
  scanned: {
    view: deskView({
      scanned: {
        at: 0,
        code: 'known',
        ticketId: 'stream:105',
        label: label(0, 105),
        state: 'waiting',
        ahead: 3,
        counter: null,
        returned: 'late',
      },
    }),
  },
  choose: { view: deskView({ ...nobody, counter: null }), deviceId: 'desk-2' },
  open: { view: deskView({ ...nobody, counter: closed, counters: [closed] }) },
  takeOver: {
    view: deskView({
      ...nobody,
      counter: deskCounter({ clerk: { id: 'ahmed', name: 'أحمد علي' } }),
    }),
  },
  nobody: { view: deskView(nobody) },
  called: { view: deskView({ current: deskCurrent(), counter: calling }) },
  texted: {
    view: deskView({
      current: deskCurrent({ sms: { state: 'sent', reason: null } }),
      counter: calling,
    }),
  },
  untexted: {
    view: deskView({
      current: deskCurrent({ sms: { state: 'failed', reason: 'undelivered' } }),
      counter: calling,
    }),
  },
  absent: {
    view: deskView({
      current: deskCurrent({ calls: 2, noShowAt: HALL_AT + 34_000 }),
      counter: calling,
    }),
  },
  serving: { view: deskView({ current: deskServing(), counter: busy }) },
  over: { view: deskView({ ...nobody, current: deskServing(24), counter: busy }) },
  paused: { view: deskView({ counter: deskCounter({ state: 'paused' }) }) },
  refused: {
    view: deskView(),
    before: (acts) => acts.late(callNext, { refused: 'queue.empty' }),
  },
  undo: {
    view: deskView(),
    before: (acts) => (acts.undo = { label: label(0, 105), done: 'noShow', ask: back }),
  },
  sending: { view: deskView(), before: (acts) => void acts.send(callNext) },
  suspended: { view: deskView({ hall: suspended, training: true }) },
  information: { view: deskView(), pressed: ['information'] },
  relabelled: {
    view: deskView({
      current: { ...deskServing(), label: label(0, 950), was: label(0, 105) },
      counter: busy,
      waiting: [{ ...deskTicket(2), label: label(2, 951), was: label(2, 112) }, deskTicket(3)],
      waitingTotal: 2,
    }),
  },
  lost: { view: deskView({ current: deskServing(), counter: busy }), live: false },
};
