import { expect, test } from 'vitest';
import { keepMonths, migrate } from '../../upstream/store/schema.js';
import { STORES } from './stores.js';

test('several processes make room for the same months at once', async () => {
  const { database, again, remove } = await STORES.postgresql();
  await migrate(database);
  const others = await Promise.all([again(), again(), again()]);
  const months = Array.from({ length: 24 }, (_, n) => `${2026 + Math.floor(n / 12)}-`).map(
    (year, n) => `${year}${String((n % 12) + 1).padStart(2, '0')}`,
  );
  await Promise.all([database, ...others].map((one) => keepMonths(one, months)));
  const parts = await database.query(`SELECT 1 FROM pg_partition_tree('leg') WHERE isleaf`);
  expect(parts).toHaveLength(months.length);
  for (const other of others) await other.close();
  await remove();
});
