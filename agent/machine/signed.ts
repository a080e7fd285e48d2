import { createHash, createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { ID } from '../../core/protocol/forms.js';
import { FileRefused } from '../files.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().regex(ID);

/** A whole path on a machine: below its root, and nowhere above. */
export const pathSchema = z
  .string()
  .regex(/^(?!.*\/\.\.?(\/|$))\/[\w./-]{1,200}$/, 'is not a whole path');

/** One release of the program and the rendered files of a centre's machines, as it was signed. */
export const releaseSchema = z.strictObject({
  schema: z.literal(1),
  centre: name,
  /** Rises with each release, and tells when it was made: YYYYMMDDHHMM, UTC. */
  number: z.number().int().min(200_001_010_000).max(299_912_312_359),
  version: z.string().min(1).max(40),
  arch: z.enum(['amd64', 'arm64']),
  pack: z.strictObject({ bytes: z.number().int().min(1).max(1_000_000_000), sha256 }),
});
export type Release = z.output<typeof releaseSchema>;

/** The files that were rendered for one machine. */
export const machineManifestSchema = z.strictObject({
  schema: z.literal(1),
  centre: name,
  machine: name,
  /** SHA-256 of each profile of a device that the machine was rendered with: `printers/…`. */
  profiles: z.record(z.string(), sha256),
  files: z.array(
    z.strictObject({
      path: pathSchema,
      mode: z.enum(['644', '755']),
      sha256,
    }),
  ),
});
export type MachineManifest = z.output<typeof machineManifestSchema>;

export const hashOf = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The centre signed it, and this program does not know what it says: a later one wrote it. */
export class Unreadable extends FileRefused {}

/**
 * What a manifest says, if it was signed by the key (SPKI, base64). `signature` is base64. Throws
 * `FileRefused` for any other, before it looks at what it says, and `Unreadable` for what the
 * schema does not know.
 */
export const signedBy = <T>(
  { manifest, signature }: { readonly manifest: string; readonly signature: string },
  releaseKey: string,
  schema: z.ZodType<T>,
): T => {
  const key = createPublicKey({
    key: Buffer.from(releaseKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const isGood = verify(null, Buffer.from(manifest), key, Buffer.from(signature, 'base64'));
  if (!isGood) throw new FileRefused('the manifest is not signed by the key of this centre');
  const parsed = schema.safeParse(JSON.parse(manifest));
  if (parsed.success) return parsed.data;
  throw new Unreadable('the manifest is signed, but this program cannot read it: update by hand');
};
