import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { machineClock } from '../agent/clock.js';
import { FileRefused } from '../agent/files.js';
import { Misuse, parsed } from '../node/misuse.js';
import { PROJECT } from '../node/place.js';
import { synthesise } from '../server/voice/synthesis.js';
import { readCentre } from './centre.js';
import { carryOut, folderOf, needed, signWith } from './command.js';
import { newKey } from './keys.js';
import { makeRoom, nextNumber, seal, stageMachines, stageProgram } from './pack.js';
import { stageVoice } from './voice.js';

const HELP = `Packs this program and the machines of a centre into a release, and signs it.

  npm run release -- --new-key FILE
  npm run release -- --centre ID --key FILE --out DIR [--arch arm64]

  --new-key FILE  makes the key of a centre: keep it where releases are made, never on a machine
  --out DIR       the server's folder of releases: releases below server.data, or a stick
  --arch ARCH     amd64 or arm64; without it, the processor of this machine
`;

const THIS = process.arch === 'arm64' ? 'arm64' : 'amd64';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const release = async (): Promise<void> => {
  const text = { type: 'string' } as const;
  const { values } = parsed({
    options: { centre: text, key: text, out: text, arch: text, 'new-key': text },
  });
  const { centre: wanted, key, out: place, arch = THIS, 'new-key': keyFile } = values;
  if (keyFile !== undefined) {
    say(`${keyFile} is for its owner alone. In site.json: "releaseKey": "${newKey(keyFile)}"`);
    return;
  }
  const { centre: id, out } = needed({ centre: wanted, out: place });
  if (arch !== 'amd64' && arch !== 'arm64') {
    throw new Misuse(`--arch is amd64 or arm64, not ${arch}.`);
  }
  const centre = await readCentre(folderOf(id));
  const sign = signWith(centre, key);
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  makeRoom(resolve(out), arch);
  const folder = mkdtempSync(join(tmpdir(), 'dawr-release-'));
  try {
    if (stageMachines(centre, folder, arch) === 0) {
      throw new FileRefused(`${id} has no Debian machine for ${arch}`);
    }
    stageProgram(folder, arch);
    const voice = await stageVoice(centre, folder, { arch, speak: synthesise });
    const number = nextNumber(resolve(out), arch, machineClock.now());
    const { id: of } = centre.configuration.centre;
    const sealed = seal(folder, resolve(out), { centre: of, number, version, arch, sign });
    const megabytes = (sealed.pack.bytes / 1e6).toFixed(1);
    const signed = sign === null ? 'unsigned, for a trial' : 'signed';
    say(`Release ${number} for ${arch}, ${megabytes} MB, ${signed}: ${join(out, arch)}`);
    say(`Voice: ${voice}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

carryOut(HELP, release);
