import type { Engine, Queries } from './database.js';

/** How the tables lie on an engine. Their columns and keys are the same on all. */
export interface Layout {
  /** Follows the definition of a table that is kept by time. */
  readonly byTime: string;
  /** Run once for each table when it is made. */
  readonly placed: (table: {
    readonly name: string;
    readonly reference?: boolean;
  }) => readonly string[];
  /**
   * Centres with the same key lie on one machine: what is written in one transaction is grouped by
   * it, or each commit would take two phases over all machines.
   */
  readonly groupKeys: (queries: Queries, centres: readonly string[]) => Promise<string[]>;
}

const BY_MONTH = 'PARTITION BY RANGE (business_day)';

const single: Layout = {
  byTime: BY_MONTH,
  placed: () => [],
  groupKeys: (_, centres) => Promise.resolve(centres.map(() => '')),
};

/** docs.citusdata.com: distributed tables that share their column lie together, by `centre_id`. */
const citus: Layout = {
  byTime: BY_MONTH,
  placed: ({ name, reference = false }) => [
    reference
      ? `SELECT create_reference_table('${name}')`
      : `SELECT create_distributed_table('${name}', 'centre_id')`,
  ],
  groupKeys: async (queries, centres) => {
    const rows = await queries.query<{ shard: string }>(
      `SELECT get_shard_id_for_distribution_column('event', id)::text AS shard
       FROM json_array_elements_text($1::json) WITH ORDINALITY AS ids (id, place) ORDER BY place`,
      [JSON.stringify(centres)],
    );
    return rows.map(({ shard }) => shard);
  },
};

export const LAYOUTS: Readonly<Record<Engine, Layout>> = {
  embedded: single,
  postgresql: single,
  citus,
};
