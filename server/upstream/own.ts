import { verifierKeyOf } from '../../chain/note.js';
import type { Configuration } from '../../core/configuration.js';
import { signerIn } from '../log/signer.js';

/** What a centre tells of itself when it enrols; its log lies in the folder. */
export const ownOf = (
  directory: string,
  { id, name, zone }: Pick<Configuration['centre'], 'id' | 'name' | 'zone'>,
) => ({
  ...({ kind: 'centre', id, name, zone } as const),
  logKey: verifierKeyOf(signerIn(directory, id)),
});
