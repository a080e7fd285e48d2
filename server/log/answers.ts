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

/**
 * Who asked, and what stands for the payload, of an answer that was made anew from the events of a
 * copy: those tell neither, and the request's 128 random bits are enough.
 */
export const ANYBODY = '';
export const ANY_PAYLOAD = Buffer.alloc(32);

/** The answer to a repeat: the same for the same payload, `request.reused` for another. */
export const repeatOf = (kept: KeptAnswer, payload: Buffer): Answer =>
  kept.payload.equals(payload) || kept.payload.equals(ANY_PAYLOAD)
    ? kept.answer
    : { refused: 'request.reused' };
