import type { Signer } from '../../chain/note.js';
import { verifierKeyOf } from '../../chain/note.js';
import { proofOf, signRequest } from '../../chain/request.js';
import {
  ENROL_PATH,
  enrolAnswerSchema,
  senderIdOf,
  senderPath,
  type EnrolPost,
  type RekeyPost,
} from '../../core/protocol/upstream.js';
import { UpstreamAway } from './forwarder.js';
import { Wires, type Answered, type Way } from './line.js';
import { RequestKey } from './requestkey.js';

/** What stands in the way of an enrolment; the message says what to do. */
export class EnrolFault extends Error {
  override readonly name = 'EnrolFault';
}

/** One upstream of a program, with the folder of that program's keys. */
export interface Place {
  readonly directory: string;
  readonly upstreamId: string;
  readonly way: Way;
}

const WHY: Readonly<Record<string, string>> = {
  code: 'the code is not the newest one for this id, was used, or is too old: ask for another',
  tooMany: 'too many enrolments at once: try again in a minute',
  malformed: 'the request was not understood: are both programs of a like version?',
  unknown: 'nothing is enrolled there under this id and key: join with a code first',
  revoked: 'the right was taken away there: ask for a code and join again',
};

const asked = async (place: Place, ask: (wires: Wires) => Promise<Answered>): Promise<unknown> => {
  const wires = new Wires(place.way);
  try {
    const { status, value } = await ask(wires);
    if (status === 200) return value;
    const { refused = '' } = (value ?? {}) as { readonly refused?: string };
    const why = WHY[refused] ?? `it answered ${status}: is this a data centre's url?`;
    throw new EnrolFault(`${place.way.url} refused: ${why}`);
  } catch (cause) {
    if (!(cause instanceof UpstreamAway)) throw cause;
    const { url } = place.way;
    const message = `${url} cannot be reached (${cause.message}): see to it and to the line`;
    throw new EnrolFault(message, { cause });
  } finally {
    await wires.close();
  }
};

type Own<T> = T extends unknown ? Omit<T, 'requestKey' | 'code'> : never;

/** The key with which a sender signs for an upstream. */
const keyAt = ({ directory, upstreamId }: Place, senderId: string): RequestKey =>
  new RequestKey(directory, upstreamId, senderId);

/**
 * Enrols a sender with an operator's one-time code; a program that runs begins to forward soon
 * after. The same again is harmless. Gives the governorate that the code was made for, where that
 * is told. Rejects with an `EnrolFault`.
 */
export const join = async (
  place: Place,
  own: Own<EnrolPost>,
  code: string,
): Promise<string | null> => {
  const key = keyAt(place, senderIdOf(own));
  const signer = key.next();
  const post = { ...own, code, requestKey: verifierKeyOf(signer) };
  const body = JSON.stringify(post);
  const answer = await asked(place, (wires) => wires.ask('POST', ENROL_PATH, { signer, body }));
  key.useNext();
  return enrolAnswerSchema.safeParse(answer).data?.governorateId ?? null;
};

/** Gives the sender a new key; the old one ends with the new one's first use. */
export const rekey = async (place: Place, senderId: string): Promise<void> => {
  const key = keyAt(place, senderId);
  const signer = key.signer();
  if (signer === null) throw new EnrolFault(`${place.upstreamId}: ${WHY['unknown']}`);
  const next: Signer = key.next();
  const post: RekeyPost = {
    requestKey: verifierKeyOf(next),
    proof: signRequest(proofOf(senderId), next),
  };
  const body = JSON.stringify(post);
  await asked(place, (wires) => wires.ask('POST', `${senderPath(senderId)}/key`, { signer, body }));
  key.useNext();
};
