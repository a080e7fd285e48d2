import { buildVoice, orStop, prepare, say, Unprepared } from './prepare.mjs';

const args = process.argv.slice(2);
const isStart =
  ((args[0] ?? '--').startsWith('--') || args[0] === 'standby') && !args.includes('--help');

await orStop(prepare);
await import('./build/server/main.js');
if (isStart) {
  // The hall is open already; its boards speak as soon as the voice is made, and chime until then.
  try {
    await buildVoice();
  } catch (fault) {
    if (!(fault instanceof Unprepared)) throw fault;
    say(`${fault.output}\n${fault.message}`);
  }
}
