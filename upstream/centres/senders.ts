import type { Millis } from '../../core/configuration.js';
import type { Queries } from '../store/database.js';
import { isSignedBy, signedWith, type Signed } from '../../chain/request.js';
import { endOlderKeys } from './enrolment.js';

/** A revoked centre, or a new key, is known after so long at the latest. */
const KNOWN_FOR_MS = 10_000;
/** Centres whose keys are remembered. */
const KNOWN_MAX = 200_000;

interface Key {
  readonly id: string;
  readonly publicKey: string;
  readonly since: Millis;
}

/** A centre as far as its requests are judged. */
export interface Sender {
  readonly centreId: string;
  /** Verifier key of its checkpoints. */
  readonly logKey: string;
  readonly revoked: boolean;
  readonly keys: readonly Key[];
}

interface Row {
  readonly log_key: string;
  readonly revoked_at: number | null;
  readonly key_id: string | null;
  readonly public_key: string;
  readonly since: number;
}

/** Who signed a request. What it remembers is only what the store says. */
export class Senders {
  private readonly known = new Map<string, { readonly at: Millis; readonly sender?: Sender }>();

  constructor(
    private readonly queries: Queries,
    private readonly now: () => Millis,
  ) {}

  /**
   * The centre of this id, if a key of it has signed the request. Rejects with a `QueryFault`.
   */
  async signedBy(centreId: string, request: Signed, header: unknown): Promise<Sender | null> {
    const keyId = signedWith(header);
    if (keyId === null) return null;
    const sender = await this.sender(centreId, keyId);
    const key = sender?.keys.find(({ id }) => id === keyId);
    if (sender === undefined || key === undefined) return null;
    if (!isSignedBy(request, String(header), key.publicKey)) return null;
    if (sender.keys.some(({ since }) => since < key.since)) {
      await endOlderKeys(this.queries, centreId, key.since);
      this.forget(centreId);
    }
    return sender;
  }

  /** What is remembered of a centre is asked for anew. */
  forget(centreId: string): void {
    this.known.delete(centreId);
  }

  /** A key that is not known yet may have come by another receiver. */
  private async sender(centreId: string, keyId: string): Promise<Sender | undefined> {
    const found = this.known.get(centreId);
    const age = found === undefined ? Infinity : this.now() - found.at;
    const knowsKey = found?.sender?.keys.some(({ id }) => id === keyId) === true;
    if (age >= 0 && age < (knowsKey ? KNOWN_FOR_MS : 1_000)) return found?.sender;
    const sender = await this.read(centreId);
    this.known.delete(centreId);
    this.known.set(centreId, { at: this.now(), ...(sender === undefined ? {} : { sender }) });
    const oldest = this.known.keys().next();
    if (this.known.size > KNOWN_MAX && !oldest.done) this.known.delete(oldest.value);
    return sender;
  }

  private async read(centreId: string): Promise<Sender | undefined> {
    const rows = await this.queries.query<Row>(
      `SELECT log_key, revoked_at, key_id, public_key, since
       FROM centre LEFT JOIN centre_key USING (centre_id) WHERE centre_id = $1`,
      [centreId],
    );
    const [first] = rows;
    if (first === undefined) return undefined;
    const keys = rows
      .filter(({ key_id }) => key_id !== null)
      .map(({ key_id, public_key, since }) => ({ id: key_id!, publicKey: public_key, since }));
    return { centreId, logKey: first.log_key, revoked: first.revoked_at !== null, keys };
  }
}
