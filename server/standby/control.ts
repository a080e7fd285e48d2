import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { Agent, request } from 'undici';
import { z } from 'zod';

/**
 * How the command at a standby's terminal reaches the standby that runs: a socket in the data
 * directory, for its owner alone.
 */

const FILE = 'standby.sock';
const PATH = '/take-over';
/** A copy of years is verified, and upstreams that do not answer are waited for. */
const ANSWER_MS_MAX = 10 * 60_000;

const askedSchema = z.strictObject({
  force: z.boolean(),
  alone: z.boolean(),
  skip: z.number().int().min(0).max(9_999).nullable(),
});
/** What was asked for at the terminal. */
export type TakeOverAsked = z.infer<typeof askedSchema>;

const answerSchema = z.object({ done: z.boolean(), lines: z.array(z.string()) });
/** What came of it, in lines for the person there. */
export type TakeOverAnswer = z.infer<typeof answerSchema>;

/** Takes the command until the returned function is called; one at a time is carried out. */
export const takeCommand = async (
  directory: string,
  carryOut: (asked: TakeOverAsked) => Promise<TakeOverAnswer>,
): Promise<() => Promise<void>> => {
  const path = join(directory, FILE);
  const app = Fastify({ logger: false });
  let busy: Promise<TakeOverAnswer> | null = null;
  app.post(PATH, async ({ body }, reply) => {
    const asked = askedSchema.safeParse(body).data;
    if (asked === undefined) return reply.code(400).send({});
    busy ??= carryOut(asked).finally(() => (busy = null));
    return reply.send(await busy);
  });
  // The directory is held, so what lies there is left of a process that was killed.
  rmSync(path, { force: true });
  await app.listen({ path });
  chmodSync(path, 0o600);
  return () => app.close();
};

/** Gives the command to the standby that runs in a directory; `null` where none runs. */
export const giveCommand = async (
  directory: string,
  asked: TakeOverAsked,
): Promise<TakeOverAnswer | null> => {
  const socketPath = join(directory, FILE);
  if (!existsSync(socketPath)) return null;
  const limits = { headersTimeout: ANSWER_MS_MAX, bodyTimeout: ANSWER_MS_MAX };
  const dispatcher = new Agent({ connect: { socketPath }, ...limits });
  try {
    const { body } = await request(`http://standby${PATH}`, {
      ...{ method: 'POST', dispatcher, body: JSON.stringify(asked) },
      headers: { 'content-type': 'application/json' },
    });
    return answerSchema.parse(await body.json());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return null;
    throw error;
  } finally {
    await dispatcher.destroy();
  }
};
