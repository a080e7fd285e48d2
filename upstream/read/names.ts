import { z } from 'zod';
import type { Configuration } from '../../core/configuration.js';
import type { Queries } from '../store/database.js';

/** As much of a configuration as names things. */
export type Names = Pick<Configuration, 'services' | 'categories' | 'counters'>;

/** Where nothing has a name: ids stand for themselves. */
export const NAMELESS: Names = { services: [], categories: [], counters: [] };

const words = z.object({ ar: z.string(), en: z.string() });
const named = z.object({ id: z.string(), name: words });
const namesSchema = z.object({
  services: z.array(named),
  categories: z.array(z.object({ id: z.string(), letter: words.nullable() })),
  counters: z.array(z.object({ id: z.string(), number: z.number() })),
});

const valueOf = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    // No JSON, so no names.
    return undefined;
  }
};

/**
 * The names in a configuration's body; none where that has not come, or has another form: nobody
 * looked at it when it did, and one centre's must not spoil a file of many.
 */
export const namesIn = (body: string | null): Names => {
  const told = body === null ? undefined : valueOf(body);
  return namesSchema.safeParse(told).success ? (told as Configuration) : NAMELESS;
};

/** The names of a configuration, by its hash; without any where its body has not come. */
export const namesOf = async (queries: Queries, centreId: string, hash: string): Promise<Names> => {
  const [row] = await queries.query<{ readonly body: string | null }>(
    'SELECT body FROM configuration WHERE centre_id = $1 AND hash = $2',
    [centreId, hash],
  );
  return namesIn(row?.body ?? null);
};

/** Names of a centre's clerks by their pseudonyms; none where its policy does not tell them. */
export const clerksOf = async (
  queries: Queries,
  centreId: string,
): Promise<Readonly<Record<string, string>>> => {
  const rows = await queries.query<{ readonly clerk: string; readonly name: string }>(
    'SELECT clerk, name FROM staff_name WHERE centre_id = $1',
    [centreId],
  );
  return Object.fromEntries(rows.map(({ clerk, name }) => [clerk, name]));
};
