import { generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { verifierKeyOf, type Signer } from '../../../chain/note.js';
import { signRequest, SIGNATURE_HEADER } from '../../../chain/request.js';
import { senderPath, type EventsPost } from '../../../core/protocol/upstream.js';
import { addKey, keepCentre } from '../../../upstream/centres/enrolment.js';
import type { Database } from '../../../upstream/store/database.js';

/** One key for all: nobody else is on this line. */
const { privateKey } = generateKeyPairSync('ed25519');

/** Of a centre's requests, and of its checkpoints. */
export const signerOf = (centreId: string): Signer => ({ name: `dawr/${centreId}`, privateKey });

const GOVERNORATES = 27;

/** `name-0001` and so on. */
export const centreIds = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${name}-${String(n + 1).padStart(4, '0')}`);

/** A centre with its place, as an operator enrols it. */
export interface Enrolled {
  readonly centreId: string;
  readonly governorateId: string;
  readonly key: string;
}

export const governorateOf = (index: number): string =>
  `gov-${String((index % GOVERNORATES) + 1).padStart(2, '0')}`;

export const enrolledOf = (centres: readonly string[]): readonly Enrolled[] =>
  centres.map((centreId, index) => ({
    ...{ centreId, governorateId: governorateOf(index) },
    key: verifierKeyOf(signerOf(centreId)),
  }));

/** What enrolments with codes would leave in the store. */
export const enrolAll = (database: Database, centres: readonly Enrolled[]): Promise<void> =>
  database.transaction(async (queries) => {
    const now = Date.now();
    for (const { centreId, governorateId, key } of centres) {
      const name = { ar: `مركز ${centreId}`, en: `Centre ${centreId}` };
      const about = { name, zone: 'Africa/Cairo', logKey: key };
      await keepCentre(queries, about, { centreId, governorateId, relayed: false, now });
      await addKey(queries, { senderId: centreId, requestKey: key, now });
    }
  });

/** A request that has only to be sent. */
export interface Sealed {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly events: number;
  /** Number of the stream's last event when it is stored. */
  readonly last: number;
  /** Of the body, and with the head of an HTTP request before it. */
  readonly bytes: { readonly body: number; readonly whole: number };
}

/** The head of a request as HTTP/1.1 writes it. */
const headBytes = (path: string, headers: Readonly<Record<string, string>>): number => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nhost: queue.example.org\r\n${lines.join('')}\r\n`.length;
};

/** A post as a centre's server sends it: packed, and signed with its key. */
export const sealed = (centreId: string, post: EventsPost): Sealed => {
  const path = `${senderPath(centreId)}/events`;
  const body = gzipSync(JSON.stringify(post));
  const headers = {
    [SIGNATURE_HEADER]: signRequest({ method: 'POST', path, body }, signerOf(centreId)),
    ...{ 'content-type': 'application/json', 'content-encoding': 'gzip' },
  };
  const head = headBytes(path, { ...headers, 'content-length': String(body.length) });
  return {
    ...{ path, headers, body, events: post.events.length },
    last: post.from - 1 + post.events.length,
    bytes: { body: body.length, whole: head + body.length },
  };
};

/** What is sent when nothing has happened since a post. */
export const beatAfter = (post: EventsPost): EventsPost => ({
  ...post,
  ...{ from: post.from + post.events.length, previous: post.head, events: [], notes: [] },
});
