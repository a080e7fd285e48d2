import { hash } from 'node:crypto';
import type { Millis } from '../../core/configuration.js';
import type { Answer } from '../../core/protocol/wire.js';
import { canonicalJson } from '../../node/json.js';
import type { KeptAnswer, RequestKey } from './journal.js';

/** Refusals are remembered so long, and so many at most; the oldest go first. */
export const REFUSAL_KEPT_MS = 10 * 60_000;
export const REFUSALS_KEPT_MAX = 10_000;

/** SHA-256 of a command, whatever the order of its keys. */
export const payloadHash = (command: object): Buffer =>
  hash('sha256', canonicalJson(command), 'buffer');

/** What was answered without a trace in the log, so that a repeat hears the same again. */
export class RecentAnswers {
  private readonly kept = new Map<string, KeptAnswer & { readonly at: Millis }>();

  keep(key: RequestKey, answer: KeptAnswer, at: Millis): void {
    this.kept.set(`${key.deviceId} ${key.requestId}`, { ...answer, at });
    for (const [oldest, entry] of this.kept) {
      if (this.kept.size <= REFUSALS_KEPT_MAX && at - entry.at <= REFUSAL_KEPT_MS) return;
      this.kept.delete(oldest);
    }
  }

  find(key: RequestKey, now: Millis): KeptAnswer | undefined {
    const entry = this.kept.get(`${key.deviceId} ${key.requestId}`);
    return entry && now - entry.at <= REFUSAL_KEPT_MS ? entry : undefined;
  }
}

/** The answer to a repeat: the same for the same payload, `request.reused` for another. */
export const repeatOf = (kept: KeptAnswer, payload: Buffer): Answer =>
  kept.payload.equals(payload) ? kept.answer : { refused: 'request.reused' };
