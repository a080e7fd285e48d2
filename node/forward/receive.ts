import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Signed } from '../../chain/request.js';

/** Of a body as it comes, packed. */
export const PACKED_BYTES_MAX = 1_500_000;
/** Of what an enrolment tells, packed or not. */
export const JOIN_BYTES_MAX = 16_384;
/** A sender's request that dawdles longer is cut: its line may be slow. */
export const SENDER_MS_MAX = 60_000;

/** Takes bodies as the bytes that were signed, up to so many. */
export const takeBytes = (app: FastifyInstance, bodyLimit: number): void => {
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit },
    (_request, body, done) => done(null, body),
  );
};

/** What a signature covers of a request whose body was taken as bytes. */
export const signedOf = ({ method, url, body }: FastifyRequest): Signed => ({
  method,
  path: url,
  body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
});

const inflate = promisify(gunzip);

/** How long a packed body says that its content is, in its last four bytes: RFC 1952 §2.3.1. */
export const unpackedBytes = (body: unknown): number =>
  Buffer.isBuffer(body) && body.length > 4 ? body.readUInt32LE(body.length - 4) : 0;

/**
 * A packed body's content; `undefined` for what is not packed, or longer than `bytesMax` or than it
 * says.
 */
export const unpacked = async (body: unknown, bytesMax: number): Promise<Buffer | undefined> => {
  const bytes = unpackedBytes(body);
  if (!Buffer.isBuffer(body) || bytes === 0 || bytes > bytesMax) return undefined;
  return inflate(body, { maxOutputLength: bytes }).catch(() => undefined);
};

/** The value of a packed body; `undefined` for what is not one of this shape. */
export const packedValue = async <S extends z.ZodType>(
  schema: S,
  body: unknown,
  bytesMax: number,
): Promise<z.infer<S> | undefined> => {
  const bytes = await unpacked(body, bytesMax);
  if (bytes === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    // No JSON, so no such value.
    return undefined;
  }
};
