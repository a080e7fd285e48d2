import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { LinkSettings } from '../../../agent/devices.js';
import type { RenderMode } from '../../../agent/paper/press.js';
import { Child } from '../child.js';
import type { AgentPlace } from '../limits.js';
import { Stand } from '../stand.js';
import type { Mood, Wanted } from './far.js';
import type { PaperTimes } from './papers.js';

const PROFILE = 'virtual-80mm';
const LOOK_MS = 50;
const READY_MS_MAX = 120_000;

/** A kiosk's printer: by which way, how papers are rendered for it, and how it behaves. */
export interface Printer {
  readonly kioskId: string;
  readonly kind: Wanted['kind'] | 'virtual';
  readonly render: RenderMode;
  readonly mood: Mood;
}

const isFar = (printer: Printer): printer is Printer & Wanted => printer.kind !== 'virtual';

/** Whether a printer's memory holds what `hybrid` prints from it. */
const isFilled = (file: string): boolean => {
  if (!existsSync(file)) return false;
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { readonly filledAt: number | null };
  return kept.filledAt !== null;
};

interface AgentProcess {
  readonly pid: number;
  /** Where it keeps what it keeps. */
  readonly data: string;
}

export interface Hands {
  /** Distinguishes the kiosks of several halls. */
  readonly name: string;
  readonly printers: readonly Printer[];
  readonly hasAgent: boolean;
}

/** A hall, its agent, and the printers at the ends of its wires: each a process of its own. */
export class Crew {
  private constructor(
    private readonly name: string,
    readonly stand: Stand,
    private readonly ends: { readonly far: Child; readonly agent: AgentProcess },
  ) {}

  get agent(): AgentProcess {
    return this.ends.agent;
  }

  /** Resolves when every printer that is well prints, and has in its memory what it needs. */
  static async open(load: Child, folder: string, hands: Hands): Promise<Crew> {
    const { name, printers, hasAgent } = hands;
    const far = await Child.start('printing/far');
    const links = await far.tell<Record<string, LinkSettings>>('open', printers.filter(isFar));
    const kiosks = printers.map(({ kioskId }) => kioskId);
    const stand = await Stand.open(load, join(folder, 'hall'), { kiosks });
    const devices = join(folder, 'devices.json');
    const file = printers.map(({ kioskId, render }) => [
      kioskId,
      { profile: PROFILE, link: links[kioskId] ?? { kind: 'virtual' }, rollM: 1000, render },
    ]);
    writeFileSync(devices, JSON.stringify({ printers: Object.fromEntries(file) }));
    const place: AgentPlace = { data: folder, devices };
    const pid = hasAgent ? await stand.hall.tell<number>('startAgent', place) : NaN;
    const crew = new Crew(name, stand, { far, agent: { pid, data: join(folder, 'agent') } });
    for (const printer of printers) await crew.connect(printer);
    for (const printer of printers) if (hasAgent) await crew.prepare(printer);
    return crew;
  }

  /** Tickets at one kiosk, each as soon as the last is answered. */
  async take(kioskId: string, tickets: number): Promise<void> {
    const taking = { name: this.groupOf(kioskId), services: this.stand.opened.services, tickets };
    await this.stand.load.tell('take', taking);
  }

  /** Resolves when every paper has ended, with what became of them since this was last called. */
  papers(): Promise<readonly PaperTimes[]> {
    return this.stand.hall.tell('papers');
  }

  /** When the first byte of each ticket came to a printer, since this was last called, by kiosk. */
  firsts(): Promise<Record<string, readonly number[]>> {
    return this.ends.far.tell('firsts');
  }

  async close(): Promise<void> {
    await this.stand.close();
    await this.ends.far.tell('close');
    await this.ends.far.stop();
  }

  groupOf(kioskId: string): string {
    return `${this.name} ${kioskId}`;
  }

  private async connect({ kioskId }: Printer): Promise<void> {
    const door = await this.stand.door('kiosk', kioskId);
    await this.stand.load.tell('connect', { name: this.groupOf(kioskId), door, count: 1 });
  }

  private async prepare({ kioskId, mood, render }: Printer): Promise<void> {
    if (mood !== 'well') return;
    const { hall } = this.stand;
    const graphics = join(this.agent.data, `${kioskId}.graphics.json`);
    const late = performance.now() + READY_MS_MAX;
    while (
      (await hall.tell('printer', kioskId)) !== 'ready' ||
      (render === 'hybrid' && !isFilled(graphics))
    ) {
      if (performance.now() > late) throw new Error(`the printer of ${kioskId} is not ready`);
      await pause(LOOK_MS);
    }
  }
}
