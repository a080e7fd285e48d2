import { existsSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { z } from 'zod';
import type { Millis } from '../../core/configuration.js';
import { machineClock } from '../clock.js';
import { writeWhole } from '../files.js';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** How often the last contact is written down. */
export const CONTACT_EVERY_MS = 30_000;

/** What a machine knows of time by itself. */
export interface MachineTime {
  /** Changes with each start of the machine; empty where nobody knows. */
  readonly bootId: string;
  /** Since the machine started, in ms; nobody sets it. */
  uptime(): number;
  /** Epoch ms by a clock that may be wrong by minutes, or be set. */
  wall(): Millis;
}

export const thisMachine = (): MachineTime => ({
  bootId: existsSync(BOOT_ID) ? readFileSync(BOOT_ID, 'utf8').trim() : '',
  uptime: () => Math.round(uptime() * 1000),
  wall: () => machineClock.now(),
});

const schema = z.strictObject({
  at: z.number().int(),
  bootId: z.string().max(100),
  uptime: z.number(),
  wall: z.number().int(),
});
type Heard = z.infer<typeof schema>;

const read = (file: string): Heard | undefined => {
  if (!existsSync(file)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    // It is written whole or not at all; what is no contact here is a stranger's file.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
};

/**
 * The centre's time without the centre: the server's last word, carried on by the time since the
 * machine started, or, after it started anew, by how far its clock was wrong. Never before the last
 * contact.
 */
export class Contact {
  private last: Heard | undefined;
  private writtenAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly file: string,
    private readonly machine: MachineTime,
  ) {
    this.last = read(file);
  }

  /** The server says that it is `at` now. */
  hear(at: Millis): void {
    const { bootId } = this.machine;
    const [uptime, wall] = [this.machine.uptime(), this.machine.wall()];
    this.last = { at, bootId, uptime, wall };
    if (uptime - this.writtenAt < CONTACT_EVERY_MS) return;
    this.writtenAt = uptime;
    writeWhole(this.file, JSON.stringify(this.last));
  }

  /** When the server was heard last. */
  get lastAt(): Millis | undefined {
    return this.last?.at;
  }

  /** Now, by the centre's time; the machine's own clock where no server was ever heard. */
  now(): Millis {
    const { last, machine } = this;
    if (last === undefined) return machine.wall();
    const isSameBoot = last.bootId !== '' && last.bootId === machine.bootId;
    const sinceMs = isSameBoot ? machine.uptime() - last.uptime : machine.wall() - last.wall;
    return Math.max(last.at, Math.round(last.at + sinceMs));
  }
}
