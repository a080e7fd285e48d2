/** A claim that a stream of so many events has this Merkle root (RFC 6962 over event hashes). */
interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** The text of C2SP tlog-checkpoint: origin, size, root, a line each. */
export const makeCheckpoint = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** `null` for what is not a checkpoint. Lines after the third are extensions and are let pass. */
export const parseCheckpoint = (text: string): Checkpoint | null => {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const bytes = Buffer.from(root, 'base64');
  if (origin === '' || !/^(0|[1-9]\d{0,14})$/.test(size) || bytes.length !== 32) return null;
  return { origin, size: Number(size), root: bytes };
};
