import type { Configuration } from '../../core/configuration.js';
import type { Queries } from '../store/database.js';

/** As much of a configuration as names things. */
export type Names = Pick<Configuration, 'services' | 'categories' | 'counters'>;

/** Where nothing has a name: ids stand for themselves. */
export const NAMELESS: Names = { services: [], categories: [], counters: [] };

/** The names in a configuration's body; none where that has not come. */
export const namesIn = (body: string | null): Names =>
  body === null ? NAMELESS : (JSON.parse(body) as Configuration);

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
