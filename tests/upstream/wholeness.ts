import { genesisOf, hashOf } from '../../chain/chain.js';
import { Tree } from '../../chain/tree.js';
import type { Database } from '../../upstream/store/database.js';

interface KeptRow {
  readonly centre_id: string;
  readonly stream: string;
  readonly seq: number;
  readonly day: string | null;
  readonly occurred_at: number;
  readonly request: string;
  readonly part: number;
  readonly parts: number;
  readonly actor: string;
  readonly type: string;
  readonly version: number;
  readonly body: string;
  readonly hash: Uint8Array;
}

interface Cursor {
  readonly centre_id: string;
  readonly stream: string;
  readonly stored_seq: number;
  readonly stored_hash: Uint8Array;
  readonly peaks: Uint8Array;
}

/** How far a stream is kept, by `<centre> <stream>`: the hash of each of its events. */
export type KeptHashes = ReadonlyMap<string, readonly string[]>;

/** One stream's rows, in order, against its cursor: in words what is wrong with them. */
const faultsOf = (cursor: Cursor, rows: readonly KeptRow[]): string[] => {
  const faults: string[] = [];
  const tree = Tree.empty();
  let before = genesisOf(cursor.stream);
  for (const [index, row] of rows.entries()) {
    if (row.seq !== index + 1) faults.push(`event ${row.seq} stands where ${index + 1} should`);
    const hash = hashOf(before, { ...row, body: Buffer.from(row.body, 'utf8') });
    if (!hash.equals(row.hash)) faults.push(`event ${row.seq} does not follow what is before it`);
    tree.append(hash);
    before = hash;
  }
  const last = rows.at(-1);
  if (last !== undefined && last.part !== last.parts) faults.push('its last request is split');
  if (cursor.stored_seq !== rows.length) {
    faults.push(`${rows.length} events, and its cursor says ${cursor.stored_seq}`);
  }
  if (!before.equals(cursor.stored_hash)) faults.push('its cursor has another hash');
  if (!tree.toBytes().equals(cursor.peaks)) faults.push('its cursor has another tree');
  return faults.map((fault) => `${cursor.centre_id} ${cursor.stream}: ${fault}`);
};

/** Recomputes every stream that is kept. */
export const wholeness = async (
  database: Database,
): Promise<{ readonly problems: readonly string[]; readonly hashes: KeptHashes }> => {
  const cursors = await database.query<Cursor>('SELECT * FROM stream ORDER BY centre_id, stream');
  const problems: string[] = [];
  const hashes = new Map<string, readonly string[]>();
  for (const cursor of cursors) {
    const rows = await database.query<KeptRow>(
      'SELECT * FROM event WHERE centre_id = $1 AND stream = $2 ORDER BY seq',
      [cursor.centre_id, cursor.stream],
    );
    problems.push(...faultsOf(cursor, rows).slice(0, 3));
    const key = `${cursor.centre_id} ${cursor.stream}`;
    hashes.set(
      key,
      rows.map(({ hash }) => Buffer.from(hash).toString('hex')),
    );
  }
  const [strays] = await database.query<{ n: number }>(
    `SELECT count(*) AS n FROM event AS e WHERE NOT EXISTS (SELECT FROM stream AS s
       WHERE s.centre_id = e.centre_id AND s.stream = e.stream)`,
  );
  if (strays!.n > 0) problems.push(`${strays!.n} events are of no stream`);
  return { problems, hashes };
};
