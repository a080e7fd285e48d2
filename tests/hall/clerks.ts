import type { DeskView } from '../../core/protocol/views.js';
import { openPage, Screen, signIn } from '../play/client.js';

/** Every category of the demo is called at a counter with this profile. */
const PROFILE = 'all';
const OPENS_MS_MAX = 5_000;

/** A clerk who signs in and opens the counter, and then works by the keypad alone. */
export class KeypadClerk {
  private screen: Screen<DeskView> | undefined;

  constructor(
    private readonly url: string,
    private readonly post: {
      readonly counterId: string;
      readonly deviceId: string;
      readonly staffId: string;
      readonly secret: string;
    },
  ) {}

  /** Sees to it that the counter is open, if the hall is. A person who took the desk keeps it. */
  async open(): Promise<void> {
    const { counterId, deviceId, staffId, secret } = this.post;
    if (this.screen === undefined) {
      const jar = await openPage(this.url, 'desk', deviceId);
      await signIn(this.url, jar, { deviceId, staffId, secret });
      this.screen = new Screen<DeskView>(this.url, 'desk', { deviceId, jar });
    }
    if (this.screen.over !== undefined) return;
    const { counter } = await this.screen.ready();
    if (counter !== null && counter.state !== 'closed') return;
    await this.screen.ask({ type: 'openCounter', counterId, profileId: PROFILE });
    await this.screen.news(OPENS_MS_MAX);
  }

  leave(): void {
    this.screen?.close();
  }
}
