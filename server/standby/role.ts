import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFile, writeKept } from '../../node/folder.js';
import { parseJson } from '../../node/json.js';
import { LogFault } from '../log/faults.js';

const FILE = 'standby.json';

const roleSchema = z.discriminatedUnion('role', [
  /** Keeps a copy of a server's log; `null` keys: nobody is enrolled yet. */
  z.strictObject({
    role: z.literal('standby'),
    requestKey: z.string().nullable(),
    logKey: z.string().nullable(),
  }),
  /** Serves the hall since it took over. */
  z.strictObject({ role: z.literal('server'), tookOverAt: z.number() }),
]);
/** What a data directory was made for that is not a server's from the beginning. */
export type Role = z.infer<typeof roleSchema>;

/** `null` for the directory of a server that never was a standby. Throws on a file that is none. */
export const roleIn = (directory: string): Role | null => {
  const file = join(directory, FILE);
  if (!existsSync(file)) return null;
  const parsed = parseJson(readFileSync(file, 'utf8'));
  const role = 'value' in parsed ? roleSchema.safeParse(parsed.value).data : undefined;
  if (role !== undefined) return role;
  throw new LogFault('data.unusable', `${file} is damaged: put this standby aside with --anew`);
};

export const keepRole = (directory: string, role: Role): void =>
  writeKept(join(directory, FILE), JSON.stringify(role));

export const forgetRole = (directory: string): void => {
  rmSync(join(directory, FILE), { force: true });
  syncFile(directory);
};

/** Throws where a directory holds another server's copy: two must not go on from one log. */
export const refuseCopy = (directory: string): void => {
  if (roleIn(directory)?.role !== 'standby') return;
  throw new LogFault(
    'log.copy',
    `${directory} holds the copy of a standby: start it by the command standby, or make it the ` +
      'server by the command take-over.',
  );
};
