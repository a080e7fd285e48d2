import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { configurationSchema, type Configuration } from '../../core/configuration.js';
import type { DeviceId } from '../../core/events.js';
import { leasedNumbers } from '../../core/leases.js';
import { labelKey } from '../../core/state.js';
import type { LeaseView } from '../../core/protocol/views.js';
import { NotFetched, type Fetched } from '../fetched.js';
import { FileRefused, readChecked, writeWhole } from '../files.js';

const text = z.string().min(1).max(200);
/** Both stand in names of files. */
const leaseId = z.string().regex(/^[a-z0-9]{1,40}:\d{1,16}$/, 'is not the id of a lease');
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256');
const numbersSchema = z.strictObject({
  leaseId,
  ranges: z.array(z.strictObject({ seriesId: text, from: z.number(), to: z.number() })).max(200),
  used: z.array(text),
  tokens: z.array(text),
});
const viewSchema = z.strictObject({
  leaseId,
  kioskId: text,
  day: text,
  opensAt: z.number(),
  closesAt: z.number(),
  configuration: hash,
  print: z.boolean(),
  training: z.boolean(),
});
const leaseSchema = z.strictObject({ view: viewSchema, numbers: numbersSchema });

/** A lease with its numbers, as it lies here. */
export type StockedLease = z.infer<typeof leaseSchema>;

const LEASE = /^lease-(?<id>[a-z0-9.]+)\.json$/;
const CONFIGURATION = /^configuration-(?<hash>[0-9a-f]+)\.json$/;

/**
 * What this agent needs to give out tickets without its server: leases and the configurations of
 * their days. All of it lies on the disk; what the server no longer lists is removed.
 */
export class Stock {
  private readonly leases = new Map<string, StockedLease>();
  private readonly configurations = new Map<string, Configuration>();

  constructor(
    private readonly folder: string,
    private readonly fetched: Fetched,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) this.load(name);
    for (const [leaseId, { view }] of this.leases) {
      if (!this.configurations.has(view.configuration)) this.leases.delete(leaseId);
    }
  }

  /**
   * Takes over what the server lists now. Rejects with `NotFetched`, also for leases and hashes
   * that are none; with anything else where they cannot be kept.
   */
  async keep(listed: readonly LeaseView[]): Promise<void> {
    for (const view of listed) {
      const { leaseId, configuration: hash } = listedOf(view);
      if (!this.configurations.has(hash)) {
        const body = await this.read(`/configuration/${hash}.json`, configurationSchema);
        writeWhole(join(this.folder, `configuration-${hash}.json`), JSON.stringify(body));
        this.configurations.set(hash, body);
      }
      const held = this.leases.get(leaseId);
      if (held !== undefined && JSON.stringify(held.view) === JSON.stringify(view)) continue;
      const numbers = held?.numbers ?? (await this.read(`/lease/${leaseId}.json`, numbersSchema));
      const lease = leaseSchema.parse({ view, numbers });
      writeWhole(this.fileOf(leaseId), JSON.stringify(lease));
      this.leases.set(leaseId, lease);
    }
    this.drop(new Set(listed.map(({ leaseId }) => leaseId)));
  }

  /** The kiosks that hold leases. */
  kiosks(): ReadonlySet<DeviceId> {
    return new Set([...this.leases.values()].map(({ view }) => view.kioskId));
  }

  /** The leases of a kiosk whose hours hold `at`, the first granted first. */
  at(kioskId: DeviceId, at: number): StockedLease[] {
    return [...this.leases.values()].filter(
      ({ view }) => view.kioskId === kioskId && view.opensAt <= at && at < view.closesAt,
    );
  }

  /** The configuration of a lease's day. */
  configuration({ view }: StockedLease): Configuration {
    const found = this.configurations.get(view.configuration);
    if (found === undefined) throw new Error(`configuration ${view.configuration} is not here`);
    return found;
  }

  /** The leases of a kiosk for a day. */
  of(kioskId: DeviceId, day: string): StockedLease[] {
    return [...this.leases.values()].filter(
      ({ view }) => view.kioskId === kioskId && view.day === day,
    );
  }

  /** The first number of a series that the log does not have and that satisfies `isFree`. */
  number(
    { numbers }: StockedLease,
    seriesId: string,
    isFree: (number: number) => boolean,
  ): number | undefined {
    const used = new Set(numbers.used);
    return leasedNumbers(numbers).find(
      (one) =>
        one.seriesId === seriesId &&
        !used.has(labelKey(seriesId, one.number)) &&
        isFree(one.number),
    )?.number;
  }

  /** The token of the page of a number's ticket; `undefined` where the lease has no such number. */
  token(
    { numbers }: StockedLease,
    { seriesId, number }: { readonly seriesId: string; readonly number: number },
  ): string | undefined {
    const index = leasedNumbers(numbers).findIndex(
      (one) => one.seriesId === seriesId && one.number === number,
    );
    return numbers.tokens[index];
  }

  private async read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    try {
      return schema.parse(JSON.parse(await this.fetched(path)));
    } catch (cause) {
      throw new NotFetched(`${path}: ${String(cause)}`, { cause });
    }
  }

  private fileOf(leaseId: string): string {
    return join(this.folder, `lease-${leaseId.replace(':', '.')}.json`);
  }

  private load(name: string): void {
    const file = join(this.folder, name);
    const hash = CONFIGURATION.exec(name)?.groups?.['hash'];
    if (hash !== undefined) {
      const configuration = readOrPutAside(file, configurationSchema);
      if (configuration !== undefined) this.configurations.set(hash, configuration);
    } else if (LEASE.test(name)) {
      const lease = readOrPutAside(file, leaseSchema);
      if (lease !== undefined) this.leases.set(lease.view.leaseId, lease);
    }
  }

  private drop(listed: ReadonlySet<string>): void {
    for (const leaseId of this.leases.keys()) {
      if (listed.has(leaseId)) continue;
      this.leases.delete(leaseId);
      rmSync(this.fileOf(leaseId), { force: true });
    }
    const needed = new Set([...this.leases.values()].map(({ view }) => view.configuration));
    for (const hash of this.configurations.keys()) {
      if (needed.has(hash)) continue;
      this.configurations.delete(hash);
      const file = join(this.folder, `configuration-${hash}.json`);
      if (existsSync(file)) rmSync(file);
    }
  }
}

const listedOf = (view: LeaseView): LeaseView => {
  const { data, error } = viewSchema.safeParse(view);
  if (data === undefined) throw new NotFetched(String(error), { cause: error });
  return data;
};

/** What a file says; a damaged one is put aside, since the server gives it again. */
const readOrPutAside = <T>(file: string, schema: z.ZodType<T>): T | undefined => {
  try {
    return readChecked(file, schema);
  } catch (fault) {
    if (!(fault instanceof FileRefused)) throw fault;
    renameSync(file, `${file}.damaged`);
    return undefined;
  }
};
