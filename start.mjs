import { buildVoice, orStop, prepare, say, Unprepared } from './prepare.mjs';

const [asked] = process.argv.slice(2);

await orStop(prepare);
await import('./build/server/main.js');
if (asked === undefined || (asked.startsWith('--') && asked !== '--help')) {
  // The hall is open already; its boards speak as soon as the voice is made, and chime until then.
  try {
    await buildVoice();
  } catch (fault) {
    if (!(fault instanceof Unprepared)) throw fault;
    say(`${fault.output}\n${fault.message}`);
  }
}
