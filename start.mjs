import { orStop, prepare } from './prepare.mjs';

await orStop(prepare);
await import('./build/server/main.js');
