import type { Configuration, Millis } from '../core/configuration.js';
import type { Result } from '../core/lists.js';
import type { ClerkAsk } from '../core/protocol/commands.js';
import type { DeskView } from '../core/protocol/views.js';

/** Where a desk stands: what its one large button does. */
export type Step =
  | { readonly kind: 'choose' }
  | { readonly kind: 'open'; readonly counterId: string }
  | { readonly kind: 'takeOver'; readonly counterId: string; readonly from: string }
  | { readonly kind: 'resume'; readonly counterId: string }
  | { readonly kind: 'call'; readonly counterId: string }
  | { readonly kind: 'start'; readonly counterId: string }
  | { readonly kind: 'finish'; readonly counterId: string; readonly callNext: boolean };

/** The step of a view. A counter under another clerk's name can only be taken over. */
export function stepOf(view: DeskView): Step {
  const { counter, current, clerk } = view;
  if (counter === null) return { kind: 'choose' };
  const { counterId } = counter;
  if (counter.state === 'closed') return { kind: 'open', counterId };
  if (counter.clerk !== null && counter.clerk.id !== clerk.id) {
    return { kind: 'takeOver', counterId, from: counter.clerk.name };
  }
  if (current?.state === 'called') return { kind: 'start', counterId };
  if (current?.state === 'serving') {
    return { kind: 'finish', counterId, callNext: view.waitingTotal > 0 };
  }
  return { kind: counter.state === 'paused' ? 'resume' : 'call', counterId };
}

/** What the large button asks for; `null` where a counter must be chosen first. */
export function askOf(step: Step, result: Result): ClerkAsk | null {
  switch (step.kind) {
    case 'choose':
    case 'open':
      return null;
    case 'takeOver':
      return { type: 'handOver', counterId: step.counterId };
    case 'call':
      return { type: 'callNext', counterId: step.counterId };
    case 'finish':
      return { type: 'finish', counterId: step.counterId, result, callNext: step.callNext };
    case 'resume':
    case 'start':
      return { type: step.kind, counterId: step.counterId };
  }
}

/** What a clerk may do besides the large button, each with its key where it has one. */
export const KEYS = {
  primary: 'F2',
  recall: 'F3',
  noShow: 'F4',
  transfer: 'F6',
  transferAndReturn: 'F7',
  park: 'F8',
  finish: 'F9',
  pause: 'F10',
} as const;
export type Keyed = keyof typeof KEYS;
export type Action =
  Exclude<Keyed, 'primary'> | 'resume' | 'setClass' | 'callTicket' | 'walkDirect' | 'close';

/** What a pressed key means, whatever the layout of the keyboard. */
export const keyed = (key: string): Keyed | undefined =>
  (Object.keys(KEYS) as Keyed[]).find((action) => KEYS[action] === key);

/** Whether an action makes sense now; the server has the last word. */
export function possible(action: Action, view: DeskView, now: Millis): boolean {
  const { kind } = stepOf(view);
  const held = kind === 'start' || kind === 'finish';
  switch (action) {
    case 'recall':
      return kind === 'start';
    case 'noShow':
      return kind === 'start' && noShowWait(view, now) === 0;
    case 'transfer':
    case 'transferAndReturn':
    case 'park':
    case 'finish':
    case 'setClass':
      return held;
    case 'pause':
    case 'walkDirect':
    case 'callTicket':
      return kind === 'call';
    case 'resume':
      return kind === 'resume';
    case 'close':
      return kind === 'call' || kind === 'resume';
  }
}

/**
 * How long until the visitor may be marked absent, in ms; `null` while more calls are needed
 * first.
 */
export function noShowWait({ current }: DeskView, now: Millis): number | null {
  if (current === null || current.noShowAt === null) return null;
  return Math.max(0, current.noShowAt - now);
}

/** Calls that are still needed before the visitor may be marked absent. */
export const callsMissing = ({ current }: DeskView, rules: Configuration['rules']): number =>
  Math.max(0, rules.noShowCalls - (current?.calls ?? 0));

export type Pace = 'good' | 'late' | 'over';

/** Handling time against the service's usual one: good, past it, or past one and a half of it. */
export function paceOf(elapsedMs: number, targetMs: number): Pace {
  if (elapsedMs <= targetMs) return 'good';
  return elapsedMs <= targetMs * 1.5 ? 'late' : 'over';
}
