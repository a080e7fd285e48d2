import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { makeCheckpoint } from '../../chain/checkpoint.js';
import { genesisOf, hashOf } from '../../chain/chain.js';
import { signNote, verifierKeyOf } from '../../chain/note.js';
import { Tree } from '../../chain/tree.js';
import type { EventsPost, SentRow } from '../../core/protocol/upstream.js';
import type { Arrived, Taken } from '../../upstream/ingest/ingest.js';

export const AT = Date.parse('2026-11-22T08:00:00Z');

/** A centre's log as its server writes it: requests of one to three events. */
export class Sender {
  readonly stream = [...randomBytes(26)].map((byte) => (byte % 32).toString(32)).join('');
  readonly rows: SentRow[] = [];
  readonly hashes: Buffer[] = [genesisOf(this.stream)];
  private signer;
  private readonly tree = Tree.empty();

  constructor(
    readonly centreId: string,
    private readonly first?: unknown,
  ) {
    const { privateKey } = generateKeyPairSync('ed25519');
    this.signer = { name: `dawr/${centreId}`, privateKey };
  }

  get logKey(): string {
    return verifierKeyOf(this.signer);
  }

  write(parts: number, text = 'x'): void {
    const request = randomBytes(16).toString('hex');
    for (let part = 1; part <= parts; part += 1) {
      const isFirst = this.rows.length === 0;
      const said = isFirst && this.first !== undefined ? this.first : { text, part };
      const body = JSON.stringify(said);
      const day = this.rows.length % 7 === 0 ? null : '2026-11-22';
      const type = isFirst ? 'log.started' : 'ticket.issued';
      this.append([day, AT, request, part, parts, 'c1', type, 1, body]);
    }
  }

  private append(row: SentRow): void {
    const [day, occurred_at, request, part, parts, actor, type, version, body] = row;
    this.rows.push(row);
    const seq = this.rows.length;
    const fields = { day, occurred_at, request, part, parts, actor, type, version };
    const bytes = Buffer.from(body, 'utf8');
    const hash = hashOf(this.hashes.at(-1)!, { stream: this.stream, seq, ...fields, body: bytes });
    this.hashes.push(hash);
    this.tree.append(hash);
  }

  /** The key with which it signs is lost, and it goes on with another. */
  loseKey(): void {
    this.signer = { ...this.signer, privateKey: generateKeyPairSync('ed25519').privateKey };
  }

  note(): string {
    const origin = `${this.signer.name}/${this.stream}`;
    const { size } = this.tree;
    return signNote(makeCheckpoint({ origin, size, root: this.tree.root() }), this.signer);
  }

  post(from: number, to = this.rows.length, notes: readonly string[] = []): EventsPost {
    return {
      ...{ stream: this.stream, from, notes: [...notes], at: AT, live: null },
      ...{ last: this.rows.length, ended: false },
      previous: this.hashes[from - 1]!.toString('hex'),
      head: this.hashes[to]!.toString('hex'),
      events: this.rows.slice(from - 1, to),
    };
  }

  /** The post as a receiver's door hands it on. */
  arrived(post: EventsPost): Arrived {
    return { centreId: this.centreId, logKey: this.logKey, post, relayed: false, at: AT };
  }

  /** What a stream has when so many events of it are stored. */
  stored(seq: number): Taken['stored'] {
    return { seq, hash: this.hashes[seq]!.toString('hex') };
  }
}
