import { pino } from 'pino';
import {
  demoExtras,
  demoSecrets,
  demoSettings,
  demoStaff,
  moreStaff,
  startAgent,
} from '../../server/demo.js';
import { run } from '../../server/run.js';
import { CHEAP } from '../fixtures/doors.js';

/** The demo centre in a process of its own, to be killed: absent visitors need no minute's wait. */
const main = async (): Promise<void> => {
  const [port = '0', data = ''] = process.argv.slice(2);
  const place = { data, port: Number(port), phonePort: Number(port) + 1 };
  const settings = await demoSettings(place);
  const { configuration } = settings;
  const rules = { ...configuration.rules, noShowCalls: 1, noShowAfterS: 0 };
  const secrets = demoSecrets(data);
  const onFatal = (): never => process.exit(70);
  const running = await run({
    settings: { ...settings, configuration: { ...configuration, rules } },
    journal: pino({ level: 'silent' }),
    extras: demoExtras(secrets, data),
    secretCost: CHEAP,
    onFatal,
  });
  await demoStaff(running.centre, secrets);
  await moreStaff(running.centre, secrets);
  await startAgent(running.centre, running.url, { data });
};

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
