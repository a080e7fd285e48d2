import { isSignedBy, signedWith, type Signed } from '../../chain/request.js';
import type { Millis } from '../../core/configuration.js';
import { grouped } from '../../core/figures.js';
import type { Queries } from '../store/database.js';
import { endOlderKeys } from './enrolment.js';
import { Lookup } from './lookup.js';

/** A right that was taken away, or a new key, is known after so long at the latest. */
const KNOWN_FOR_MS = 10_000;
/** A key that is not known is looked up again after so long. */
const UNKNOWN_FOR_MS = 1_000;
/** Senders whose keys are remembered. */
const KNOWN_MAX = 200_000;
/** Strangers that are remembered, so that they push out nobody. */
const STRANGERS_MAX = 10_000;
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

interface SenderRow {
  readonly id: string;
  readonly governorate_id: string;
  readonly log_key: string;
  readonly revoked_at: number | null;
}

interface KeyRow {
  readonly id: string;
  readonly key_id: string;
  readonly public_key: string;
  readonly since: number;
}

const NAMED = 'ANY (SELECT json_array_elements_text($1::json))';
const CENTRES = `SELECT centre_id AS id, governorate_id, log_key, revoked_at
  FROM centre WHERE centre_id = ${NAMED}`;
const RELAYS = `SELECT '${RELAY}' || relay_id AS id, governorate_id, '' AS log_key, revoked_at
  FROM relay WHERE relay_id = ${NAMED}`;
const KEYS = `SELECT centre_id AS id, key_id, public_key, since
  FROM centre_key WHERE centre_id = ${NAMED}`;

/** Those of the senders that there are, with their keys. */
const readSenders = async (
  queries: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Sender>> => {
  const named = <Row extends object>(sql: string, some: readonly string[]): Promise<Row[]> =>
    some.length === 0 ? Promise.resolve([]) : queries.query<Row>(sql, [JSON.stringify(some)]);
  const relays = ids.filter((id) => id.startsWith(RELAY));
  const rows = [
    ...(await named<SenderRow>(
      CENTRES,
      ids.filter((id) => !id.startsWith(RELAY)),
    )),
    ...(await named<SenderRow>(
      RELAYS,
      relays.map((id) => id.slice(RELAY.length)),
    )),
  ];
  const keys = grouped(
    await named<KeyRow>(
      KEYS,
      rows.map(({ id }) => id),
    ),
    ({ id }) => id,
  );
  return new Map(
    rows.map(({ id, governorate_id: governorateId, log_key: logKey, revoked_at }) => [
      id,
      {
        ...{ id, governorateId, logKey, revoked: revoked_at !== null },
        keys: (keys.get(id) ?? []).map(({ key_id, public_key, since }) => {
          return { id: key_id, publicKey: public_key, since };
        }),
      },
    ]),
  );
};

/** Who signed a request. What it remembers is only what the store says. */
export class Senders {
  private readonly known = new Map<string, { readonly at: Millis; readonly sender: Sender }>();
  /** Ids that nobody has, and when that was said. */
  private readonly strangers = new Map<string, Millis>();
  private readonly lookup: Lookup<Sender>;
  /** How often something was to be asked for anew. */
  private forgets = 0;

  constructor(
    private readonly queries: Queries,
    private readonly now: () => Millis,
  ) {
    this.lookup = new Lookup((ids) => readSenders(queries, ids));
  }

  /**
   * The sender, if it has a key of the id that the header names: whether that has signed is not
   * looked at. Rejects with a `QueryFault`.
   */
  async named(senderId: string, header: unknown): Promise<Sender | null> {
    const keyId = signedWith(header);
    if (keyId === null) return null;
    const sender = await this.sender(senderId, keyId);
    return sender?.keys.some(({ id }) => id === keyId) === true ? sender : null;
  }

  /** The sender, if a key of it has signed the request. Rejects with a `QueryFault`. */
  async signedBy(senderId: string, request: Signed, header: unknown): Promise<Sender | null> {
    const sender = await this.named(senderId, header);
    const key = sender?.keys.find(({ id }) => id === signedWith(header));
    if (sender === null || key === undefined) return null;
    if (!isSignedBy(request, String(header), key.publicKey)) return null;
    if (sender.keys.some(({ since }) => since < key.since)) {
      await endOlderKeys(this.queries, senderId, key.since);
      this.forget(senderId);
    }
    return sender;
  }

  /** What is remembered of a sender is asked for anew, also what is being asked for just now. */
  forget(senderId: string): void {
    this.forgets += 1;
    this.drop(senderId);
  }

  /** A centre or relay; with `keyId`, one that may have that key by another receiver. */
  async sender(senderId: string, keyId?: string): Promise<Sender | undefined> {
    const found = this.known.get(senderId);
    const hasKey = keyId === undefined || found?.sender.keys.some(({ id }) => id === keyId);
    const goodForMs = hasKey === true ? KNOWN_FOR_MS : UNKNOWN_FOR_MS;
    const ageMs = this.now() - (found?.at ?? this.strangers.get(senderId) ?? -Infinity);
    if (ageMs >= 0 && ageMs < goodForMs) return found?.sender;
    const { forgets } = this;
    const sender = await this.lookup.of(senderId);
    if (forgets !== this.forgets) return sender;
    this.drop(senderId);
    if (sender === undefined) this.strangers.set(senderId, this.now());
    else this.known.set(senderId, { at: this.now(), sender });
    trim(this.strangers, STRANGERS_MAX);
    trim(this.known, KNOWN_MAX);
    return sender;
  }

  private drop(senderId: string): void {
    this.known.delete(senderId);
    this.strangers.delete(senderId);
  }
}

/** Forgets the oldest where there are more. */
const trim = (among: Map<string, unknown>, most: number): void => {
  const oldest = among.keys().next();
  if (among.size > most && !oldest.done) among.delete(oldest.value);
};
