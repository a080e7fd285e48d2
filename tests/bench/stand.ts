import { openPage, signIn } from '../play/client.js';
import { Child } from './child.js';
import type { Role } from '../../core/protocol/roles.js';
import { SECRET, type Opened, type Opening } from './limits.js';
import type { Taken, Taking } from './load.js';
import type { Door } from './wire.js';

/** Of one round: fewer than a hall may hold, so that none is refused. */
export const ROUND_TICKETS = 1_500;
export const QUICK_TICKETS = 500;

/** Who signs in at the desk; the hall under test knows this clerk. */
export const CLERK = 'clerk-1';

/** A hall, and connections of the generator of load to it. */
export class Stand {
  private constructor(
    readonly hall: Child,
    readonly load: Child,
    readonly opened: Opened,
  ) {}

  static async open(load: Child, data: string, parts: Omit<Opening, 'data'> = {}): Promise<Stand> {
    const hall = await Child.start('hall');
    const opening: Opening = { data, ...parts };
    return new Stand(hall, load, await hall.tell<Opened>('open', opening));
  }

  /** A page's way in, as of a browser that has opened it, and at a desk signed in. */
  async door(role: Role, deviceId: string): Promise<Door> {
    const { url } = this.opened;
    const jar = await openPage(url, role, deviceId);
    if (role === 'desk') await signIn(url, jar, { deviceId, staffId: CLERK, secret: SECRET });
    return { url, role, deviceId, cookie: jar.header() };
  }

  /** Ends the hall, and its agent before it: neither writes into its folder any more. */
  async close(): Promise<void> {
    await this.hall.tell('close');
    await this.hall.stop();
  }

  /** A round of tickets in an empty hall. */
  async take(name: string, tickets: number): Promise<Taken> {
    const { services } = this.opened;
    const taking: Taking = { name, services, tickets };
    const taken = await this.load.tell<Taken>('take', taking);
    await this.hall.tell('empty');
    return taken;
  }
}
