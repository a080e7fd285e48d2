import type { Clock } from '../clock.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';

/** How a command ended; `code` is that of +CME ERROR or +CMS ERROR, `null` for a plain ERROR. */
export type Reply =
  | { readonly is: 'ok'; readonly lines: readonly string[] }
  | { readonly is: 'error'; readonly code: number | null }
  | { readonly is: 'silent' };

export interface DialogueParts {
  readonly link: DeviceLink;
  readonly clock: Clock;
  /** A report of delivery was passed on, in hexadecimal. */
  onReport(pdu: string): void;
  /** A report lies in the modem's memory, there to be read. */
  onStored(memory: string, index: number): void;
}

/** A line that was lost before the message was on it took nothing with it. */
const unlessLost = (fault: unknown): undefined => {
  if (!(fault instanceof LinkLost)) throw fault;
};

/** No line of a modem is longer; what is, is noise. */
const HELD_CHARACTERS_MAX = 2_000;
/** So long after the last byte nothing more comes of what was said before. */
const QUIET_MS = 500;
const ESCAPE = 0x1b;
const CTRL_Z = 0x1a;
const ERROR = /^(?:ERROR|\+CM[ES] ERROR: *(\d+)?.*)$/;
const STORED = /^\+CDSI: *"([A-Z]+)", *(\d+)$/;

interface Pending {
  readonly lines: string[];
  readonly wantsPrompt: boolean;
  end(reply: Reply | 'prompt'): void;
  lost(fault: LinkLost): void;
}

/**
 * Speaks AT commands (3GPP TS 27.007, 27.005) over an open link, one at a time; what the modem says
 * by itself in between is told apart. Every wait has its end. Rejects when the line is lost.
 */
export class Dialogue {
  private held = '';
  private pending: Pending | undefined;
  private isReport = false;
  private fault: LinkLost | undefined;

  constructor(private readonly parts: DialogueParts) {
    parts.link.onData((bytes) => this.hear(Buffer.from(bytes).toString('latin1')));
  }

  /** The line is gone: nothing is waited for any more. */
  lose(): void {
    this.fault = new LinkLost('the modem was lost');
    this.pending?.lost(this.fault);
  }

  /** A command, and what it was answered. */
  async ask(command: string, withinMs: number): Promise<Reply> {
    const reply = await this.exchange(Buffer.from(`${command}\r`), { withinMs });
    return reply === 'prompt' ? { is: 'silent' } : reply;
  }

  /**
   * Hands over one SMS-SUBMIT. `unprompted` when the modem never asked for it, so that it surely
   * did not go out; else how its sending ended.
   */
  async submit(
    { hex, octets }: { readonly hex: string; readonly octets: number },
    { commandMs, sendMs }: { readonly commandMs: number; readonly sendMs: number },
  ): Promise<Reply | 'unprompted'> {
    const command = Buffer.from(`AT+CMGS=${octets}\r`);
    const wish = { withinMs: commandMs, wantsPrompt: true };
    const prompted = await this.exchange(command, wish).catch(unlessLost);
    if (prompted === undefined) return 'unprompted';
    if (prompted === 'prompt') {
      const pdu = Buffer.concat([Buffer.from(hex), Buffer.of(CTRL_Z)]);
      const reply = await this.exchange(pdu, { withinMs: sendMs });
      if (reply !== 'prompt' && reply.is !== 'silent') return reply;
      // What it says later must not be taken for the answer to something else.
      this.lose();
      return { is: 'silent' };
    }
    if (prompted.is === 'error') return prompted;
    // The prompt may come yet: then it is turned down.
    const turned = await this.exchange(Buffer.of(ESCAPE), { withinMs: commandMs });
    if (turned !== 'prompt' && turned.is === 'silent') this.lose();
    return 'unprompted';
  }

  /** Ends what an earlier process may have left half said; a modem at rest says nothing to it. */
  async clear(): Promise<void> {
    await this.exchange(Buffer.of(ESCAPE), { withinMs: QUIET_MS });
  }

  private async exchange(
    bytes: Uint8Array,
    {
      withinMs,
      wantsPrompt = false,
    }: { readonly withinMs: number; readonly wantsPrompt?: boolean },
  ): Promise<Reply | 'prompt'> {
    if (this.fault !== undefined) throw this.fault;
    if (this.pending !== undefined) throw new Error('the modem is asked two things at once');
    const answered = new Promise<Reply | 'prompt'>((resolve, reject) => {
      const late = this.parts.clock.after(withinMs, () => this.pending?.end({ is: 'silent' }));
      const done = (): void => {
        late();
        this.pending = undefined;
      };
      this.pending = {
        ...{ lines: [], wantsPrompt },
        end: (reply) => (done(), resolve(reply)),
        lost: (fault) => (done(), reject(fault)),
      };
    });
    await Promise.all([answered, this.parts.link.write(bytes)]);
    return answered;
  }

  private hear(text: string): void {
    this.held = (this.held + text).slice(-HELD_CHARACTERS_MAX);
    const lines = this.held.split(/\r\n|\r|\n/);
    this.held = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') this.read(line.trim());
    // The prompt is no line: CR, LF, '>' and a space (27.005 §3.5.1).
    if (this.pending?.wantsPrompt !== true || !/^> ?$/.test(this.held)) return;
    this.held = '';
    this.pending.end('prompt');
  }

  private read(line: string): void {
    if (this.isReport) {
      this.isReport = false;
      return this.parts.onReport(line);
    }
    if (line.startsWith('+CDS:')) {
      this.isReport = true;
      return;
    }
    const stored = STORED.exec(line);
    if (stored !== null) return this.parts.onStored(stored[1] ?? '', Number(stored[2]));
    const { pending } = this;
    if (pending === undefined) return;
    const error = ERROR.exec(line);
    if (line === 'OK') pending.end({ is: 'ok', lines: pending.lines });
    else if (error === null) pending.lines.push(line);
    else pending.end({ is: 'error', code: error[1] === undefined ? null : Number(error[1]) });
  }
}
