import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Signer } from '../../chain/note.js';
import { syncFile, writeKept } from '../folder.js';

/** The key with which a sender signs what it sends to one upstream, in files of its owner alone. */
export class RequestKey {
  private readonly file: string;
  private readonly draft: string;

  constructor(
    directory: string,
    upstreamId: string,
    private readonly senderId: string,
  ) {
    this.file = join(directory, 'keys', `upstream-${upstreamId}.pem`);
    this.draft = `${this.file}.next`;
  }

  /** The one in use; `null` before the enrolment. */
  signer(): Signer | null {
    return existsSync(this.file) ? this.signerOf(this.file) : null;
  }

  /** One that the upstream has not confirmed yet; the same again until it does. */
  next(): Signer {
    if (!existsSync(this.draft)) {
      const { privateKey } = generateKeyPairSync('ed25519');
      writeKept(this.draft, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    }
    return this.signerOf(this.draft);
  }

  /** The upstream has confirmed the next one: it is in use from now on. */
  useNext(): void {
    renameSync(this.draft, this.file);
    syncFile(dirname(this.file));
  }

  private signerOf(file: string): Signer {
    return { name: `dawr/${this.senderId}`, privateKey: createPrivateKey(readFileSync(file)) };
  }
}
