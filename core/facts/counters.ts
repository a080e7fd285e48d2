import type { DayEvent, Logged } from '../events.js';
import type { Activity, Place, SpanFact } from '../facts.js';

const spanNow = (spans: readonly SpanFact[], activity: Activity): SpanFact => {
  const span = spans.find((one) => one.activity === activity);
  if (span === undefined) throw new Error(`no counter is ${activity} there`);
  return span;
};

/** Each clerk has the own part; a call that nobody has answered goes over whole. */
const handedOver = (
  { stream, seq, clerk, at }: Logged<Extract<DayEvent, { type: 'counter.handedOver' }>>,
  span: SpanFact,
): readonly SpanFact[] => {
  if (span.activity === 'ticket' && span.startedAt === null) return [{ ...span, clerk }];
  const startedAt = span.startedAt === null ? null : at;
  return [
    { ...span, to: at },
    { ...span, stream, seq, clerk, from: at, startedAt },
  ];
};

/** What changes in the time of counters themselves; their tickets' spans belong to the legs. */
export const counterFacts = (event: Logged, { day, known }: Place): readonly SpanFact[] => {
  switch (event.type) {
    case 'counter.opened': {
      const { stream, seq, counterId, clerk, at: from } = event;
      const key = { kind: 'span', day, stream, seq } as const;
      const idle = { ticketId: null, startedAt: null, to: null };
      return [{ ...key, counterId, clerk, activity: 'open', from, ...idle }];
    }
    case 'counter.paused': {
      const { stream, seq, counterId, at: from } = event;
      const open = spanNow(known.spans(day, counterId), 'open');
      return [{ ...open, stream, seq, activity: 'paused', from }];
    }
    case 'counter.resumed':
      return [{ ...spanNow(known.spans(day, event.counterId), 'paused'), to: event.at }];
    case 'counter.closed':
      return known.spans(day, event.counterId).map((span) => ({ ...span, to: event.at }));
    case 'counter.handedOver':
      return known.spans(day, event.counterId).flatMap((span) => handedOver(event, span));
    default:
      return [];
  }
};
