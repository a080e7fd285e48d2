import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { Agent } from '../../agent/agent.js';
import { Journal } from '../../agent/jobs/journal.js';
import { PrintQueue } from '../../agent/jobs/queue.js';
import { LinkLost, type DeviceLink } from '../../agent/wires/link.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { KioskView } from '../../core/protocol/views.js';
import { enrolOwn } from '../../server/http/enrol.js';
import { agentBody } from '../../server/hub/papers.js';
import { takeOf } from '../fixtures/callers.js';
import { openDoors, type Doors } from '../fixtures/doors.js';
import { FakeClock, press, profile } from '../fixtures/printing.js';
import { openPage, Screen } from '../play/client.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-hanging-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TICKETS_EACH = 10;

const done = async (): Promise<void> => undefined;
const never = (): Promise<void> => new Promise(() => undefined);
const lost = async (): Promise<void> => {
  throw new LinkLost('it is gone');
};
/** A printer of each kind of trouble. */
const LINKS: Readonly<Record<string, Pick<DeviceLink, 'open' | 'write'>>> = {
  mute: { open: done, write: done },
  deaf: { open: done, write: never },
  refusing: { open: lost, write: lost },
  breaking: { open: done, write: lost },
};
const KIOSKS = Object.keys(LINKS);

const name = { ar: 'كشك', en: 'Kiosk' };
/** A centre of these kiosks, all with printers beside one agent. */
const doorsOf = (kiosks: readonly string[]): Promise<Doors> =>
  openDoors({
    staff: false,
    limits: { asksPerSecond: 1_000, asksBurst: 1_000 },
    changes: {
      kiosks: kiosks.map((id) => ({ id, name, printer: true })),
      agents: [{ id: 'a1', name, kiosks: [...kiosks] }],
    },
  });

/** So many visitors take a ticket at a kiosk, one after the other; fails at a refusal. */
const take = async (doors: Doors, deviceId: string, tickets: number): Promise<void> => {
  const jar = await openPage(doors.url, 'kiosk', deviceId);
  const screen = new Screen<KioskView>(doors.url, 'kiosk', { deviceId, jar });
  for (let n = 0; n < tickets; n += 1) {
    expect(isRefusal(await screen.ask(takeOf(doors)))).toBe(false);
  }
  screen.close();
};

test('papers of a printer that hangs keep those of another from no agent', async () => {
  const doors = await doorsOf(['dead', 'well']);
  await take(doors, 'dead', 25);
  await take(doors, 'well', 2);
  const { jobs } = agentBody(doors.centre, 'a1', doors.centre.clock.now());
  const numbersAt = (kioskId: string): number[] =>
    jobs
      .filter((job) => job.kioskId === kioskId)
      .map(({ jobId }) => Number(jobId.split(/[:/]/)[1]));
  expect([numbersAt('well').length, numbersAt('dead').length]).toEqual([2, 18]);
  expect(numbersAt('dead')).toEqual(numbersAt('dead').sort((a, b) => a - b));
  await doors.close();
});

test('four printers that hang keep no visitor from an answer', async () => {
  const doors = await doorsOf(KIOSKS);
  // The agent's time stands still: nothing that it waits for ever ends.
  const machine = new FakeClock();
  const touched = new Set<string>();
  const confirmed: string[] = [];
  const agent = new Agent({
    self: { server: doors.url, deviceId: 'a1', data: folder },
    cookie: `dawr-a1=${await enrolOwn(doors.centre, 'a1', 'agent')}`,
    machine,
    start: (kioskId, clock, { onJob, onFault }) => {
      const { open, write } = LINKS[kioskId]!;
      const touch = (): void => void touched.add(kioskId);
      const link: DeviceLink = {
        open: () => (touch(), open()),
        write: (bytes) => write(bytes),
        close: done,
        onData: () => undefined,
        onLost: () => undefined,
      };
      const queue = new PrintQueue({
        ...{ link, clock, press, profile },
        journal: new Journal(join(folder, kioskId)),
        onJob: (status) => {
          if (status.state === 'confirmed') confirmed.push(status.jobId);
          onJob(status);
        },
        onPrinter: () => undefined,
        onFeed: () => undefined,
        onPaperLeft: () => undefined,
      });
      return { queue, loaded: () => undefined, ended: queue.run().catch(onFault) };
    },
    say: () => undefined,
    exit: (code) => expect.unreachable(`the agent ended with ${code}`),
  });
  await vi.waitUntil(() => touched.size === KIOSKS.length, { timeout: 15_000 });
  await Promise.all(KIOSKS.map((kioskId) => take(doors, kioskId, TICKETS_EACH)));
  const { unprinted } = doors.centre.log.state.day!;
  expect([unprinted.size, confirmed]).toEqual([KIOSKS.length * TICKETS_EACH, []]);
  void agent.stop();
  await machine.pass(60_000);
  await doors.close();
});
