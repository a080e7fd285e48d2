import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Configuration } from '../../core/configuration.js';
import { liveNumbers } from '../../core/views/live.js';
import { senderPath } from '../../core/protocol/upstream.js';
import { makeFolders, writeKept } from '../../node/folder.js';
import { asksHelp, EXIT, Misuse, parsed } from '../../node/misuse.js';
import { machineRandom, machineTime, machineTimers } from '../../node/time.js';
import { DEMO_PLACE, demoSettings } from '../../server/demo.js';
import { join as enrol } from '../../node/forward/enrol.js';
import { Forwarder } from '../../node/forward/forwarder.js';
import { lineOf, Wires, type Way } from '../../node/forward/line.js';
import { Outbox } from '../../server/upstream/outbox.js';
import { RequestKey } from '../../node/forward/requestkey.js';
import { ownOf } from '../../server/upstream/own.js';
import { makeCode } from '../../upstream/centres/enrolment.js';
import { run, type Running } from '../../upstream/run.js';
import type { Settings } from '../../upstream/settings.js';
import { SimulatedCentre } from './simulated.js';
import { UNITS } from './units.js';

const HELP = `The data centre of the demo, with nine played centres, as npm start starts it

  node build/tests/fleet/main.js --data DIR [--port N]
`;

/** What the demo asks for: a code for its own hall. Answered with `{ code }`. */
export interface CodeAsk {
  readonly centreId: string;
}

const PLAY_MS = 1_000;
const GOVERNORATE = 'ismailia';
const COUNTERS_MIN = 3;
const LOADS = [0.8, 0.95, 0.6, 0.7, 1.02, 0.85, 0.5, 0.9, 0.75];

const settingsOf = (data: string, port: number): Settings => ({
  ...{ id: GOVERNORATE, name: { ar: 'محافظة الإسماعيلية', en: 'Ismailia Governorate' } },
  ...{ host: '127.0.0.1', port, tls: null, names: [], pilot: false },
  ...{ upstreams: [], keep: { events: 13, facts: null } },
  ...{ data, databaseUrl: process.env['DATABASE_URL'] ?? null },
});

const codeFor = async ({ upstream }: Running, centreId: string): Promise<string> => {
  const { database, now } = upstream;
  const place = { senderId: centreId, governorateId: GOVERNORATE };
  const made = await makeCode(database, place, now());
  return made.code;
};

/** The demo's operator, with a secret that is made once. */
const operatorIn = (data: string): { readonly id: string; readonly secret: string } => {
  const file = join(data, 'operator.json');
  if (!existsSync(file)) {
    const secret = randomBytes(12).toString('base64url');
    writeKept(file, JSON.stringify({ id: 'operator', secret }));
  }
  return JSON.parse(readFileSync(file, 'utf8')) as { id: string; secret: string };
};

/** An operator, and a viewer with the same secret: the demo listens on this machine alone. */
const addAccounts = async ({ pages, upstream }: Running, secret: string): Promise<void> => {
  if (!(await pages.accounts.isNew())) return;
  const actor = { accountId: 'demo', line: 'terminal', at: upstream.now() };
  const operator = { id: 'operator', name: 'مشغّل', role: 'operator', scope: null } as const;
  const viewer = { id: 'viewer', name: 'مطّلع', role: 'viewer', scope: [GOVERNORATE] } as const;
  for (const account of [operator, viewer]) await pages.accounts.add({ ...account, secret }, actor);
};

/** Opens a played centre, enrols it once, and forwards what happens in it. */
const openUnit = async (
  running: Running,
  configuration: Configuration,
  { directory, index }: { readonly directory: string; readonly index: number },
): Promise<SimulatedCentre> => {
  const { id } = configuration.centre;
  const way: Way = { url: running.url, ca: null, proxy: null };
  makeFolders(directory);
  const counters = COUNTERS_MIN + (index % 4);
  const habits = { seed: index + 1, counters, load: LOADS[index] ?? 0.8 };
  const now = machineTime.wall();
  const centre = await SimulatedCentre.open({ directory, now }, configuration, habits);
  const key = new RequestKey(directory, GOVERNORATE, id);
  if (key.signer() === null) {
    const place = { directory, upstreamId: GOVERNORATE, way };
    await enrol(place, ownOf(directory, configuration.centre), await codeFor(running, id));
  }
  const forwarder = new Forwarder({
    source: new Outbox(centre.log.database, machineTimers),
    line: lineOf(new Wires(way), senderPath(id), () => key.signer()),
    timers: machineTimers,
    now: machineTime.wall,
    random: machineRandom,
    told: () => ({ at: machineTime.wall(), live: liveNumbers(centre.committer.state) }),
    waitsFor: [],
    onState: () => undefined,
  });
  centre.committer.onCommitted(() => forwarder.look());
  void forwarder.run();
  return centre;
};

/** The centres go on together, each second. */
const play = (centres: readonly SimulatedCentre[]): void => {
  let playing = false;
  machineTimers.every(PLAY_MS, () => {
    if (playing) return;
    playing = true;
    const now = machineTime.wall();
    void Promise.all(centres.map((centre) => centre.playUntil(now))).finally(
      () => (playing = false),
    );
  });
};

const main = async (): Promise<void> => {
  if (asksHelp(process.argv)) return void process.stdout.write(HELP);
  const { values } = parsed({
    options: { data: { type: 'string' }, port: { type: 'string', default: '4002' } },
  });
  if (values.data === undefined) throw new Misuse('say where: --data DIR');
  const { data } = values;
  const journal = pino({ level: process.env['DAWR_LOG'] ?? 'warn', base: null });
  const running = await run({ settings: settingsOf(data, Number(values.port)), journal });
  process.on('message', ({ centreId }: CodeAsk) => {
    void codeFor(running, centreId).then((code) => process.send?.({ code }));
  });
  process.on('disconnect', () => process.exit(EXIT.done));
  const operator = operatorIn(data);
  await addAccounts(running, operator.secret);
  process.send?.({ url: running.url, operator });
  const { configuration } = await demoSettings({ ...DEMO_PLACE, data });
  const centres: SimulatedCentre[] = [];
  play(centres);
  for (const [index, { id, name }] of UNITS.entries()) {
    const own = { ...configuration, centre: { ...configuration.centre, id, name } };
    centres.push(await openUnit(running, own, { directory: join(data, 'units', id), index }));
  }
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof Misuse ? EXIT.usage : EXIT.failed);
});
