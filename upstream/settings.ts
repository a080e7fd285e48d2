import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { mistakeOf } from '../core/check/shape.js';
import { ID } from '../core/protocol/forms.js';
import {
  absoluteTls,
  absoluteWays,
  ConfigurationError,
  doorFields,
  doorMistakes,
  path,
  port,
  readJson,
  upstreamMistakes,
  upstreamsField,
} from '../node/settings.js';

const text = z.string().min(1).max(200);

/** The whole file of a data centre. */
export const settingsSchema = z.strictObject({
  $schema: z.string().max(1000).optional(),
  /** Of the governorate, or of the nation. */
  id: z.string().regex(ID, 'is not an id: small letters, digits and hyphens'),
  name: z.strictObject({ ar: text, en: text }),
  ...doorFields,
  /** 0 takes any free port. */
  port: port.default(4100),
  /**
   * Folder of the store where the environment names no PostgreSQL, and of secrets; relative to this
   * file.
   */
  data: path.default('data'),
  /** For how many months rows are kept beside the running one; `null`: for ever. */
  keep: z
    .strictObject({
      events: z.number().int().min(3).max(600).nullable().default(13),
      facts: z.number().int().min(3).max(600).nullable().default(null),
    })
    .prefault({}),
  /** Where all of it is passed on: of a governorate, the nation. */
  upstreams: upstreamsField,
});

/** Where a data centre listens and stores; every path is absolute. */
export type Settings = Omit<z.output<typeof settingsSchema>, '$schema'> & {
  /** `postgresql://…` from the environment's `DATABASE_URL`; `null`: the store is in `data`. */
  readonly databaseUrl: string | null;
};

/** Reads a data centre's file. Rejects with a `ConfigurationError` that lists every mistake. */
export const loadSettings = async (
  file: string,
  { DATABASE_URL: databaseUrl = null }: { readonly DATABASE_URL?: string | null },
): Promise<Settings> => {
  const whole = resolve(file);
  const raw = await readJson(whole);
  const shaped = settingsSchema.safeParse(raw);
  if (!shaped.success) {
    const mistakes = shaped.error.issues.flatMap((issue) => mistakeOf(issue, raw));
    throw new ConfigurationError(whole, mistakes);
  }
  const { $schema: _, ...read } = shaped.data;
  const folder = dirname(whole);
  const settings = {
    ...read,
    data: resolve(folder, read.data),
    tls: absoluteTls(read.tls, folder),
    upstreams: absoluteWays(read.upstreams, folder),
    databaseUrl,
  };
  const mistakes = [
    ...(await upstreamMistakes(settings, '')),
    ...(await doorMistakes(settings, '')),
  ];
  if (mistakes.length > 0) throw new ConfigurationError(whole, mistakes);
  return settings;
};
