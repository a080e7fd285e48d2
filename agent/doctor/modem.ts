import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SmsWay } from '../../core/protocol/sms.js';
import { ModemBook } from '../modem/book.js';
import { Modem } from '../modem/modem.js';
import { modemLink, type ModemPlan } from '../modem/start.js';
import { pathFinding, wordOf, type DeviceParts } from './devices.js';
import { good, wrong, type Finding } from './finding.js';

/** A modem that was just plugged in needs some seconds for its card and network. */
const MODEM_MS_MAX = 20_000;

/** Asks the modem for its card and network. Nothing is sent. */
export const modemFindings = async (
  plan: ModemPlan,
  parts: DeviceParts,
): Promise<readonly Finding[]> => {
  const before = pathFinding(plan.link, parts);
  if (before !== undefined) return [before];
  const folder = mkdtempSync(join(tmpdir(), 'dawr-doctor-'));
  const { clock } = parts;
  let tell: (way: SmsWay) => void = () => undefined;
  const told = new Promise<SmsWay>((resolve) => (tell = resolve));
  const late = clock.after(MODEM_MS_MAX, () => tell('away'));
  const book = new ModemBook(join(folder, 'book'));
  const modem = new Modem({
    ...{ link: modemLink(plan, clock), profile: plan.profile, clock, book },
    ...{ onWay: tell, onArrival: () => undefined, say: () => undefined },
  });
  const running = modem.run();
  try {
    const way = await told;
    const { model } = plan.profile;
    if (way === 'ready') return [good('modem.ok', { model })];
    return [wrong(`modem.${way}`, { model, way: wordOf(plan.link) })];
  } finally {
    late();
    await modem.stop();
    await running;
    book.close();
    rmSync(folder, { recursive: true });
  }
};
