import { verifierKeyOf } from '../../chain/note.js';
import { proofOf, signRequest } from '../../chain/request.js';
import type { Configuration } from '../../core/configuration.js';
import { ENROL_PATH, type EnrolPost, type RekeyPost } from '../../core/protocol/upstream.js';
import { LogFault } from '../log/faults.js';
import { signerIn } from '../log/signer.js';
import { UpstreamAway } from './forwarder.js';
import { Wires, type Answered, type Way } from './line.js';
import { RequestKey } from './requestkey.js';

/** One upstream of a centre, with the folder of the centre's log. */
export interface Place {
  readonly directory: string;
  readonly upstreamId: string;
  readonly way: Way;
  readonly centre: Pick<Configuration['centre'], 'id' | 'name' | 'zone'>;
}

const WHY: Readonly<Record<string, string>> = {
  code: 'the code is not the newest one of this centre, was used, or is too old: ask for another',
  tooMany: 'too many enrolments at once: try again in a minute',
  malformed: 'the request was not understood: are both programs of a like version?',
  unknown: 'this centre is not enrolled there: join with a code first',
  revoked: 'this centre was revoked there',
};

const asked = async (place: Place, ask: (wires: Wires) => Promise<Answered>): Promise<void> => {
  const wires = new Wires(place.way);
  try {
    const { status, value } = await ask(wires);
    if (status === 200) return;
    const { refused = '' } = (value ?? {}) as { readonly refused?: string };
    const why = WHY[refused] ?? `it answered ${status}`;
    throw new LogFault('upstream.refused', `${place.way.url} refused: ${why}`);
  } catch (cause) {
    if (!(cause instanceof UpstreamAway)) throw cause;
    const message = `${place.way.url} cannot be reached (${cause.message}): see to the line`;
    throw new LogFault('upstream.away', message, { cause });
  } finally {
    await wires.close();
  }
};

/**
 * Enrols the centre with an operator's one-time code; a server that runs begins to forward soon
 * after. The same again is harmless. Rejects with a `LogFault` that says what to do.
 */
export const join = async (place: Place, code: string): Promise<void> => {
  const { directory, upstreamId, centre } = place;
  const key = new RequestKey(directory, upstreamId, centre.id);
  const signer = key.next();
  const post: EnrolPost = {
    centreId: centre.id,
    code,
    requestKey: verifierKeyOf(signer),
    logKey: verifierKeyOf(signerIn(directory, centre.id)),
    name: centre.name,
    zone: centre.zone,
  };
  await asked(place, (wires) =>
    wires.ask('POST', ENROL_PATH, { signer, body: JSON.stringify(post) }),
  );
  key.useNext();
};

/** Gives the centre a new key for its requests; the old one ends with the new one's first use. */
export const rekey = async (place: Place): Promise<void> => {
  const { directory, upstreamId, centre } = place;
  const key = new RequestKey(directory, upstreamId, centre.id);
  const signer = key.signer();
  if (signer === null) throw new LogFault('upstream.refused', WHY['unknown']!);
  const next = key.next();
  const post: RekeyPost = {
    requestKey: verifierKeyOf(next),
    proof: signRequest(proofOf(centre.id), next),
  };
  await asked(place, (wires) =>
    wires.ask('POST', `/v1/centres/${centre.id}/key`, { signer, body: JSON.stringify(post) }),
  );
  key.useNext();
};
