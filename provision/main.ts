import { join, resolve } from 'node:path';
import { FileRefused } from '../agent/files.js';
import { parsed } from '../node/misuse.js';
import { renderBundle } from './bundle.js';
import { readCentre } from './centre.js';
import { carryOut, folderOf, needed, signWith, writeTree } from './command.js';

const HELP = `Renders a whole machine of a centre.

  npm run provision -- --centre ID --device NAME --out DIR [--key FILE]

  --centre ID     a folder of firmware-config/centres, or a path with a / in it
  --device NAME   a file of its folder devices, without .json
  --out DIR       a folder that is not there yet, or empty
  --key FILE      the private key of the centre (npm run release -- --new-key FILE makes one)
`;

const provision = async (): Promise<void> => {
  const text = { type: 'string' } as const;
  const { values } = parsed({ options: { centre: text, device: text, out: text, key: text } });
  const { centre, device, out: folder, key } = values;
  const { centre: id, device: name, out } = needed({ centre, device, out: folder });
  const read = await readCentre(folderOf(id));
  const machine = read.machines.get(name);
  if (machine === undefined) {
    const known = [...read.machines.keys()].join(', ');
    throw new FileRefused(`${id} has no device ${name}: it has ${known}`);
  }
  const sign = signWith(read, key);
  const bundle = renderBundle({ centre: read, name, machine }, sign);
  writeTree(resolve(out), bundle);
  const signed = sign === null ? 'unsigned, for a trial' : 'signed';
  process.stdout.write(`${bundle.size} files, ${signed}. Next: read ${join(out, 'README.md')}\n`);
};

carryOut(HELP, provision);
