import { isSignedBy, signedWith, type Signed } from '../../chain/request.js';
import type { Millis } from '../../core/configuration.js';
import type { Queries } from '../store/database.js';
import { endOlderKeys } from './enrolment.js';

/** A right that was taken away, or a new key, is known after so long at the latest. */
const KNOWN_FOR_MS = 10_000;
/** A key that is not known is looked up again after so long. */
const UNKNOWN_FOR_MS = 1_000;
/** Senders whose keys are remembered. */
const KNOWN_MAX = 200_000;
const RELAY = 'relay/';

interface Key {
  readonly id: string;
  readonly publicKey: string;
  readonly since: Millis;
}

/** A centre or a relay as far as its requests are judged. */
export interface Sender {
  /** As `senderIdOf` gives it. */
  readonly id: string;
  readonly governorateId: string;
  /** Verifier key of a centre's checkpoints; `''` for a relay. */
  readonly logKey: string;
  readonly revoked: boolean;
  readonly keys: readonly Key[];
}

interface Row {
  readonly governorate_id: string;
  readonly log_key: string;
  readonly revoked_at: number | null;
  readonly key_id: string | null;
  readonly public_key: string;
  readonly since: number;
}

const KEYS = 'LEFT JOIN centre_key ON centre_key.centre_id = $1';
const OF_CENTRE = `SELECT governorate_id, log_key, revoked_at, key_id, public_key, since
  FROM centre ${KEYS} WHERE centre.centre_id = $1`;
const OF_RELAY = `SELECT governorate_id, '' AS log_key, revoked_at, key_id, public_key, since
  FROM relay ${KEYS} WHERE relay_id = $2`;

/** Who signed a request. What it remembers is only what the store says. */
export class Senders {
  private readonly known = new Map<string, { readonly at: Millis; readonly sender?: Sender }>();

  constructor(
    private readonly queries: Queries,
    private readonly now: () => Millis,
  ) {}

  /** The sender, if a key of it has signed the request. Rejects with a `QueryFault`. */
  async signedBy(senderId: string, request: Signed, header: unknown): Promise<Sender | null> {
    const keyId = signedWith(header);
    if (keyId === null) return null;
    const sender = await this.sender(senderId, keyId);
    const key = sender?.keys.find(({ id }) => id === keyId);
    if (sender === undefined || key === undefined) return null;
    if (!isSignedBy(request, String(header), key.publicKey)) return null;
    if (sender.keys.some(({ since }) => since < key.since)) {
      await endOlderKeys(this.queries, senderId, key.since);
      this.forget(senderId);
    }
    return sender;
  }

  /** What is remembered of a sender is asked for anew. */
  forget(senderId: string): void {
    this.known.delete(senderId);
  }

  /** A centre or relay; with `keyId`, one that may have that key by another receiver. */
  async sender(senderId: string, keyId?: string): Promise<Sender | undefined> {
    const found = this.known.get(senderId);
    const ageMs = found === undefined ? Infinity : this.now() - found.at;
    const hasKey = keyId === undefined || found?.sender?.keys.some(({ id }) => id === keyId);
    const isKnown = found?.sender !== undefined && hasKey === true;
    if (ageMs >= 0 && ageMs < (isKnown ? KNOWN_FOR_MS : UNKNOWN_FOR_MS)) return found?.sender;
    const sender = await this.read(senderId);
    this.known.delete(senderId);
    this.known.set(senderId, { at: this.now(), ...(sender === undefined ? {} : { sender }) });
    const oldest = this.known.keys().next();
    if (this.known.size > KNOWN_MAX && !oldest.done) this.known.delete(oldest.value);
    return sender;
  }

  private async read(senderId: string): Promise<Sender | undefined> {
    const rows = senderId.startsWith(RELAY)
      ? await this.queries.query<Row>(OF_RELAY, [senderId, senderId.slice(RELAY.length)])
      : await this.queries.query<Row>(OF_CENTRE, [senderId]);
    const [first] = rows;
    if (first === undefined) return undefined;
    const keys = rows
      .filter(({ key_id }) => key_id !== null)
      .map(({ key_id, public_key, since }) => ({ id: key_id!, publicKey: public_key, since }));
    return {
      ...{ id: senderId, governorateId: first.governorate_id, logKey: first.log_key },
      ...{ revoked: first.revoked_at !== null, keys },
    };
  }
}
