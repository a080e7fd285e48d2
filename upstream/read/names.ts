import type { Configuration } from '../../core/configuration.js';
import type { Queries } from '../store/database.js';

/** As much of a configuration as names things. */
export type Names = Pick<Configuration, 'services' | 'categories'>;

/** Where nothing has a name: ids stand for themselves. */
export const NAMELESS: Names = { services: [], categories: [] };

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
