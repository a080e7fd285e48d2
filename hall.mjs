import { buildVoice, orStop, prepare, say, Unprepared } from './prepare.mjs';

await orStop(prepare);
// Boards speak from the first call where there is a voice to make, and chime without.
try {
  await buildVoice();
} catch (fault) {
  if (!(fault instanceof Unprepared)) throw fault;
  say(`${fault.output}\n${fault.message}`);
}
await import('./build/tests/hall/main.js');
