import type { BoardCall, BoardView } from '../../../core/protocol/views.js';
import { MINUTE_MS } from '../../../core/time.js';
import { boardView, call, hall, HALL_AT, label } from '../../fixtures/board.js';

/** What a board is given besides its centre's configuration. */
export interface BoardState {
  readonly view: BoardView;
  readonly boardId?: string;
  readonly shown?: BoardCall;
  readonly counters?: number;
  readonly live?: boolean;
  readonly audible?: boolean;
  readonly hijri?: boolean;
}

const shut = { calls: [], missed: [], waiting: {}, counters: [] };
const many = (counters: number): BoardState => ({ view: boardView({}, counters), counters });
type State = BoardView['counters'][number]['state'];

const counter = (state: State): BoardState => {
  const held = state === 'called' || state === 'serving' ? label(0, 105) : null;
  const shown = { ...call(2, 3), label: label(0, 105), counterId: 'c3' };
  const view = boardView({ counters: [{ counterId: 'c3', state, label: held }] });
  return { view, boardId: 'board-c3', ...(held === null ? {} : { shown }) };
};

const announcement = {
  ar:
    'انتقلت خدمة سداد إيجار الأملاك والأقساط اليوم إلى الدور الأول، شباك ١٤، حتى نهاية يوم ' +
    'العمل. ونرجو من صاحب السيارة رقم ١٢٣٤ أن ينقلها من أمام المدخل.',
  en: 'Rent and instalment payment moved to counter 14 on the first floor for today.',
};
const suspended = hall({
  state: 'suspended',
  reason: { ar: 'السيستم واقع', en: 'System down' },
  suspendedUntil: HALL_AT + 30 * MINUTE_MS,
});

/** Every state of a hall board and of a counter's board, by name. */
export const STATES: Readonly<Record<string, BoardState>> = {
  open: { view: boardView() },
  english: { view: boardView(), shown: call(18, 5, 'en') },
  recalled: { view: boardView(), shown: { ...call(20, 5), recalled: true } },
  many: many(12),
  crowd: many(20),
  nobody: { view: boardView({ calls: [], missed: [], waiting: {} }) },
  before: {
    view: boardView({
      ...shut,
      hall: hall({ state: 'before', opensAt: HALL_AT + 60 * MINUTE_MS }),
    }),
  },
  closed: {
    view: boardView({
      ...shut,
      hall: hall({ state: 'closed', opensAt: HALL_AT + 23 * 60 * MINUTE_MS }),
    }),
    hijri: true,
  },
  closing: { view: boardView({ hall: hall({ state: 'closing' }) }) },
  full: { view: boardView({ hall: hall({ state: 'full' }) }) },
  suspended: { view: boardView({ hall: suspended }) },
  announcement: { view: boardView({ announcement }) },
  training: { view: boardView({ training: true }) },
  lost: { view: boardView(), live: false },
  silent: { view: boardView(), audible: false, hijri: true },
  counterOpen: counter('open'),
  counterCalled: counter('called'),
  counterServing: counter('serving'),
  counterPaused: counter('paused'),
  counterClosed: counter('closed'),
};
