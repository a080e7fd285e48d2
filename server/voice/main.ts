import { join } from 'node:path';
import { asksHelp, EXIT, Misuse, parsed } from '../../node/misuse.js';
import { BUILT_VOICE, PROJECT } from '../../node/place.js';
import { loadSettings, type Settings } from '../settings.js';
import { ConfigurationError } from '../../node/settings.js';
import { NoSpeaker, scriptsFor, synthesise } from './synthesis.js';

const CENTRES = ['demo', 'example'];

const USAGE = `Makes the voice that boards and kiosks speak with, by espeak-ng:
  npm run voices                   the default pack, with the words of the centres of this clone
  npm run voices -- --config FILE  the same with the words of this centre, into the folder that
                                   server.voice names in FILE`;

const builtIn = (): Promise<Settings[]> =>
  Promise.all(
    CENTRES.map((name) =>
      loadSettings(join(PROJECT, 'firmware-config', 'centres', name, 'centre.json')),
    ),
  );

/** What is made of the command line: the centres whose words are spoken, and where to. */
const asked = async (): Promise<{ centres: Settings[]; folder: string }> => {
  const { values } = parsed({ options: { config: { type: 'string' } } });
  if (values.config === undefined) return { centres: await builtIn(), folder: BUILT_VOICE };
  const centre = await loadSettings(values.config);
  const folder = centre.server.voice;
  if (folder !== null) return { centres: [centre], folder };
  throw new Misuse(`${values.config} names no folder: add "voice": "voice" to its server.`);
};

const main = async (): Promise<void> => {
  if (asksHelp(process.argv)) return console.log(USAGE);
  const { centres, folder } = await asked();
  const scripts = scriptsFor(centres.map(({ configuration }) => configuration));
  await synthesise(folder, scripts);
  console.log(`${scripts.ar.length + scripts.en.length} clips in ${folder}`);
};

try {
  await main();
} catch (fault) {
  if (fault instanceof Misuse) console.error(`${fault.message}\n\n${USAGE}`);
  else if (fault instanceof NoSpeaker || fault instanceof ConfigurationError) {
    console.error(fault.message);
  } else throw fault;
  process.exitCode = fault instanceof Misuse ? EXIT.usage : EXIT.failed;
}
