import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's setting for small machines: 32 MiB and about 0.4 s of one core. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 } as const;
const KEY_BYTES = 32;
/** Hashes that may wait: the last is done before a page gives its question up (10 s). */
const WAITING_MAX = 12;

/** SHA-256 of a random token: what is stored in its place. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/** 256 random bits as 64 hex digits. */
export const newToken = (): string => randomBytes(32).toString('hex');

/** A well-formed hash that no secret has, so that unknown people take as long as known ones. */
export const NOBODY = [
  ...['scrypt', COST.N, COST.r, COST.p],
  ...[Buffer.alloc(16), Buffer.alloc(KEY_BYTES)].map((part) => part.toString('base64')),
].join('$');

/** What a hash takes, as `node:crypto` names it. */
export type Cost = Readonly<Record<keyof typeof COST, number>>;

const derive = (secret: Buffer, salt: Buffer, cost: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(secret, salt, KEY_BYTES, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });

/**
 * Hashes secrets that people remember: scrypt over an HMAC with a pepper that lies outside the
 * database. One at a time, so that signing in never takes the machine's memory or both its cores.
 */
export class SecretHasher {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(
    private readonly pepper: Buffer,
    private readonly cost: Cost = COST,
  ) {}

  /** Names the pepper and tells nothing of it. */
  get pepperId(): string {
    return createHmac('sha256', this.pepper).update('dawr pepper id').digest('hex').slice(0, 8);
  }

  /** Whether so many hashes wait that another had better come later. */
  get isBusy(): boolean {
    return this.waiting >= WAITING_MAX;
  }

  /** `scrypt$N$r$p$salt$key`, to be stored. */
  async hash(secret: string): Promise<string> {
    const salt = randomBytes(16);
    const key = await this.oneByOne(secret, salt);
    const { N, r, p } = this.cost;
    return ['scrypt', N, r, p, salt.toString('base64'), key.toString('base64')].join('$');
  }

  /** Whether a secret is the one behind a stored hash. */
  async matches(secret: string, stored: string): Promise<boolean> {
    const [, , , , salt, key] = stored.split('$');
    const expected = Buffer.from(key ?? '', 'base64');
    const given = await this.oneByOne(secret, Buffer.from(salt ?? '', 'base64'));
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  private oneByOne(secret: string, salt: Buffer): Promise<Buffer> {
    const peppered = createHmac('sha256', this.pepper).update(secret.normalize('NFC')).digest();
    this.waiting += 1;
    const work = this.last
      .then(() => derive(peppered, salt, this.cost))
      .finally(() => (this.waiting -= 1));
    this.last = work.catch(() => undefined);
    return work;
  }
}
