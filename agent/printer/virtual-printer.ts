import { PrinterRefused, type PrinterCommand } from './decode.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import type { Memory } from './memory.js';
import { FULL_MEANINGS, type FullBit, type PrinterProfile } from './profile.js';
import { Receiver, type RealTimeRequest } from './receiver.js';
import { VirtualPaper, type Slip } from './virtual-paper.js';

/** What a person does to a printer, and what breaks in it. */
interface Condition {
  /** Rows of paper left; printing stops after them. */
  paperRows: number;
  isNearEnd: boolean;
  isCoverOpen: boolean;
  isCutterStuck: boolean;
  /** The last ticket has not been taken out of the mouth. */
  isTicketHeld: boolean;
  /** Says what it is asked in its turn also where it has stopped for want of paper, as some do. */
  isTalkative: boolean;
  /** Prints, but says nothing. */
  isMute: boolean;
  /** Cannot be reached. */
  isUnplugged: boolean;
}

const HEALTHY: Condition = {
  paperRows: Infinity,
  isNearEnd: false,
  isCoverOpen: false,
  isCutterStuck: false,
  isTicketHeld: false,
  isTalkative: false,
  isMute: false,
  isUnplugged: false,
};

/** What a printer takes an endless roll for. */
const ROLL_ROWS = 640_000;
const FULL_STATUS = 20;
/** The answer to GS r. */
const PAPER_OUT = 0x0f;

/**
 * A printer that is stricter than any real one: it decodes the very bytes that a real one would
 * get, and `write` rejects with `PrinterRefused` for any that it does not know or that would print
 * amiss; after that it takes nothing more. Otherwise it behaves as Epson's reference says: it
 * prints in order, stops where the paper ends or the cover is open, holds the rest, answers
 * real-time requests at once and the others in their turn.
 */
export class VirtualPrinter implements DeviceLink {
  private receiver = this.newReceiver();
  private readonly paper: VirtualPaper;
  private queue: { readonly command: PrinterCommand; readonly offset: number }[] = [];
  private condition = HEALTHY;
  private isOpen = false;
  /** What changes are told by themselves, and what was told last. */
  private causes = 0;
  private told = '';
  private refusal: PrinterRefused | undefined;
  private tell: (bytes: Uint8Array) => void = () => undefined;
  private lost: () => void = () => undefined;

  constructor(
    private readonly profile: PrinterProfile,
    private readonly onSlip: (slip: Slip) => void,
  ) {
    this.paper = new VirtualPaper(profile, onSlip);
  }

  async open(): Promise<void> {
    if (this.condition.isUnplugged) throw new LinkLost('the virtual printer is unplugged');
    this.isOpen = true;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.isOpen) throw new LinkLost('the virtual printer is not open');
    if (this.refusal !== undefined) throw this.refusal;
    try {
      this.receiver.take(bytes);
      this.run();
    } catch (error) {
      if (error instanceof PrinterRefused) this.refusal = error;
      throw error;
    }
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.tell = listener;
  }

  onLost(listener: () => void): void {
    this.lost = listener;
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }

  /** Changes what is named, and goes on printing if that lets it. Unplugging loses the buffer. */
  set(change: Partial<Condition>): void {
    this.condition = { ...this.condition, ...change };
    if (change.isUnplugged === true) {
      this.queue = [];
      this.receiver = this.newReceiver();
      this.paper.reset();
      this.causes = 0;
      if (this.isOpen) this.lost();
      this.isOpen = false;
    }
    this.run();
    this.tellChange();
  }

  /** Puts a new roll in. What was printed on the end of the old one comes out with it. */
  loadPaper(rows = Infinity): void {
    this.paper.tear(true);
    this.set({ paperRows: rows, isNearEnd: false });
  }

  /** What lies in the printer's memory, also without power. */
  get memory(): Memory {
    return this.paper.memory;
  }

  /** What is printed but not cut off yet, from the top of the paper. */
  get unfinished(): Slip['bitmap'] {
    return this.paper.unfinished;
  }

  private newReceiver(): Receiver {
    return new Receiver({
      command: (command, offset) => void this.queue.push({ command, offset }),
      realTime: (request) => this.answer(request),
    });
  }

  private get isStopped(): boolean {
    const { paperRows, isCoverOpen, isCutterStuck, isUnplugged } = this.condition;
    return paperRows <= 0 || isCoverOpen || isCutterStuck || isUnplugged;
  }

  private run(): void {
    while (!this.isStopped) {
      const next = this.queue.shift();
      if (next === undefined) return this.paper.tearOff();
      try {
        this.execute(next.command, next.offset);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        throw error instanceof PrinterRefused
          ? error
          : new PrinterRefused(next.offset, error.message);
      }
    }
    if (this.condition.isTalkative) this.answerWithoutPaper();
  }

  private answerWithoutPaper(): void {
    if (this.condition.paperRows > 0) return;
    const isAsk = ({ command }: (typeof this.queue)[number]) => command.kind === 'sendPaperStatus';
    this.say(...this.queue.filter(isAsk).map(() => PAPER_OUT));
    this.queue = this.queue.filter((held) => !isAsk(held));
  }

  private execute(command: PrinterCommand, offset: number): void {
    const rows = this.paper.rowsOf(command);
    const { paperRows } = this.condition;
    if (rows > paperRows) {
      const [first, rest] = splitAt(command, paperRows);
      if (first !== undefined) this.paper.print(first);
      this.queue.unshift({ command: rest, offset });
      this.condition = { ...this.condition, paperRows: 0 };
      this.tellChange();
      return;
    }
    this.paper.print(command);
    this.condition = { ...this.condition, paperRows: paperRows - rows };
    this.reply(command);
  }

  private reply(command: PrinterCommand): void {
    const { memory } = this.paper;
    if (command.kind === 'processId') this.say(0x37, 0x22, ...Buffer.from(command.id), 0);
    if (command.kind === 'sendPaperStatus') this.say(this.isNearEnd ? 3 : 0);
    if (command.kind === 'init') this.causes = 0;
    if (command.kind === 'automaticStatus') this.watch(command.causes, this.profile.status.asb);
    if (command.kind === 'sendPaperLeft') this.sayPaperLeft();
    if (command.kind === 'nvList') this.say(...memory.list());
    if (command.kind === 'listAnswer') this.say(...memory.answer(command.answer));
  }

  /** A model without the sensor does not know. */
  private get isNearEnd(): boolean {
    return this.condition.isNearEnd && this.profile.status.nearEnd;
  }

  private answer(request: RealTimeRequest): void {
    if (request.kind === 'clear') {
      this.queue = [];
      this.paper.reset();
      if (this.profile.status.clearBuffer) this.say(0x37, 0x25, 0);
    } else if (request.n === FULL_STATUS) {
      const bits = this.profile.status.fullStatus;
      if (bits === null) throw new Error(`this model has no DLE EOT ${FULL_STATUS}`);
      this.say(0x10, 0x0f, ...this.fullStatus(bits));
    } else if (this.profile.status.dleEot) this.say(this.statusByte(request.n));
  }

  /** The first bit of each meaning that is so. */
  private fullStatus(bits: readonly FullBit[]): number[] {
    const { isCoverOpen, isCutterStuck, isTicketHeld, paperRows } = this.condition;
    const is = {
      ...{ coverOpen: isCoverOpen, paperEnd: paperRows <= 0, jam: isCutterStuck, fault: false },
      ...{ nearEnd: this.isNearEnd, held: isTicketHeld },
    };
    const bytes = [0, 0, 0, 0];
    for (const meaning of FULL_MEANINGS) {
      const found = bits.find(({ means }) => means === meaning);
      if (is[meaning] && found !== undefined) bytes[found.byte - 3]! |= 1 << found.bit;
    }
    return bytes;
  }

  /** The status is told at once, and then with each change. */
  private watch(causes: number, isKnown: boolean): void {
    this.causes = isKnown ? causes : 0;
    this.told = '';
    this.tellChange();
  }

  /** GS a: four bytes. */
  private tellChange(): void {
    const { isCoverOpen, isCutterStuck, paperRows } = this.condition;
    const { isNearEnd } = this;
    const isOut = paperRows <= 0;
    const bytes = [
      0x10 | (this.isStopped ? 0x08 : 0) | (isCoverOpen ? 0x20 : 0),
      isCutterStuck ? 0x08 : 0,
      (isNearEnd || isOut ? 0x03 : 0) | (isOut ? 0x0c : 0),
      0,
    ];
    if (this.causes === 0 || this.told === bytes.join()) return;
    this.told = bytes.join();
    this.say(...bytes);
  }

  private sayPaperLeft(): void {
    if (this.profile.status.paperLeft !== 'custom') return;
    const rows = Math.min(this.condition.paperRows, ROLL_ROWS);
    this.say(...Buffer.from(`${Math.round((rows * 2.54) / this.profile.dpi)}cm`));
  }

  /** Answers to DLE EOT 1 to 4; bits as in Epson's reference. */
  private statusByte(n: number): number {
    const { isCoverOpen, isCutterStuck, paperRows } = this.condition;
    const { isNearEnd } = this;
    const isOut = paperRows <= 0;
    const bits = [
      [this.isStopped ? 0x08 : 0],
      [isCoverOpen ? 0x04 : 0, isOut ? 0x20 : 0, isCutterStuck ? 0x40 : 0],
      [isCutterStuck ? 0x08 : 0],
      [isNearEnd || isOut ? 0x0c : 0, isOut ? 0x60 : 0],
    ][n - 1]!;
    return bits.reduce((all, bit) => all | bit, 0x12);
  }

  private say(...bytes: number[]): void {
    if (this.condition.isMute || bytes.length === 0) return;
    queueMicrotask(() => {
      if (this.isOpen) this.tell(Uint8Array.from(bytes));
    });
  }
}

/** What of a command still fits on the paper, and what stays for the next roll. */
function splitAt(
  command: PrinterCommand,
  rows: number,
): [first: PrinterCommand | undefined, rest: PrinterCommand] {
  if (rows === 0) return [undefined, command];
  if (command.kind === 'raster') {
    const at = rows * command.bytesPerRow;
    return [
      { ...command, rows, data: command.data.subarray(0, at) },
      { ...command, rows: command.rows - rows, data: command.data.subarray(at) },
    ];
  }
  if (command.kind !== 'feed') return [undefined, command];
  return [
    { ...command, units: rows },
    { ...command, units: command.units - rows },
  ];
}
