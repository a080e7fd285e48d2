import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AgentHall } from '../core/protocol/views.js';
import { placeOf, type Trouble } from '../core/protocol/troubles.js';
import type { Answer } from '../core/protocol/wire.js';
import { Bus } from './bus/bus.js';
import { countersOf, type BusPlan } from './bus/devices.js';
import { Displays } from './bus/displays.js';
import type { Outcome } from './bus/exchange.js';
import { Keypads, type Press } from './bus/keypads.js';
import { busPicture } from './bus/picture.js';
import { displayPlayer, lampPlayer, relayPlayer, type Player } from './bus/players.js';
import { Relays } from './bus/relays.js';
import { VirtualBus } from './bus/virtual-bus.js';
import type { Clock } from './clock.js';
import { keepPicture } from './printer/pictures.js';
import type { Troubles } from './troubles.js';
import type { DeviceLink } from './wires/link.js';
import { serialWire } from './wires/serial.js';
import { tcpWire } from './wires/tcp.js';
import { WireLink } from './wires/wire-link.js';

export interface BusesParts {
  /** The centre's time. */
  readonly clock: Clock;
  /** Where the pictures of virtual displays are kept. */
  readonly data: string;
  readonly troubles: Pick<Troubles, 'begin' | 'end'>;
  say(line: string): void;
  /** Asks the server to carry a key out; `undefined` when no answer came in time. */
  press(press: Press): Promise<Answer | undefined>;
  onFault(fault: unknown): void;
}

/** Every line of an agent. */
export interface RunningBuses {
  /** What is so now; `null` when the server is away. */
  see(hall: AgentHall | null): void;
  /** Darkens displays and switches bells off, and resolves when that is done or took too long. */
  stop(): Promise<void>;
}

const NOTHING = (): void => undefined;

/** Plays everything that a plan has on its line. */
export const playersOf = ({ displays, keypads, relays }: BusPlan): readonly Player[] => {
  const boards = new Map(relays.map((unit) => [unit.address, unit]));
  return [
    ...displays.map(({ profile, address }) => displayPlayer(profile, address)),
    ...[...boards.values()].map(({ profile, address }) => relayPlayer(profile, address, NOTHING)),
    ...keypads.map(({ profile, address }) => lampPlayer(profile, address, NOTHING)),
  ];
};

export const busLink = (
  plan: BusPlan,
  { data, clock }: Pick<BusesParts, 'data' | 'clock'>,
): DeviceLink => {
  const { link, line, name } = plan;
  switch (link.kind) {
    case 'tcp':
      return new WireLink(tcpWire(link), clock);
    case 'serial':
      return new WireLink(serialWire({ path: link.path, flow: 'none', ...line }), clock);
    case 'virtual':
      return new VirtualBus(playersOf(plan), (faces) => {
        keepPicture(join(data, 'boards'), `${name}.svg`, busPicture(faces));
      });
  }
};

/** Notes how a line is, and each device on it that answers. */
const watch = ({ name: line, displays, relays }: BusPlan, troubles: BusesParts['troubles']) => {
  const at = (kind: 'display' | 'relay', address: number, outcome: Outcome): void => {
    const fault = outcome === 'rejected' ? 'refuses' : 'silent';
    const trouble: Trouble = { kind, line, address, fault };
    if (outcome === 'done') troubles.end(placeOf(trouble));
    else troubles.begin(trouble);
  };
  return {
    display: (address: number, outcome: Outcome) => at('display', address, outcome),
    relay: (address: number, outcome: Outcome) => at('relay', address, outcome),
    line: (state: 'ready' | 'away'): void => {
      const away: Trouble = { kind: 'line', line, fault: 'away' };
      if (state === 'ready') return troubles.end(placeOf(away));
      troubles.begin(away);
      // Nobody knows how they are.
      for (const { address } of displays) at('display', address, 'done');
      for (const { address } of relays) at('relay', address, 'done');
    },
  };
};

const startBus = (plan: BusPlan, parts: BusesParts): RunningBuses => {
  const { clock, onFault } = parts;
  const watched = watch(plan, parts.troubles);
  const bus: Bus = new Bus({
    link: busLink(plan, parts),
    clock,
    onOpen: () => {
      relays.start();
      displays.start();
    },
    onState: watched.line,
    onHeard: (bytes) => void keypads.hear(bytes).catch(onFault),
  });
  const { displays: units } = plan;
  const displays = new Displays({ bus, units, clock, onAnswer: watched.display });
  const relays = new Relays({ bus, units: plan.relays, clock, onAnswer: watched.relay });
  const keypads = new Keypads({
    ...{ bus, units: plan.keypads, clock },
    newId: () => randomBytes(16).toString('hex'),
    ask: (press) => parts.press(press),
  });
  const ended = bus.run().catch(onFault);
  return {
    see: (hall) => {
      displays.see(hall);
      if (hall !== null) relays.see(hall);
    },
    stop: () => {
      relays.stop();
      displays.clear();
      bus.stop();
      return ended;
    },
  };
};

/** Counters that stand in the devices file and not in the centre's: said once. */
const strangers = (plans: readonly BusPlan[], say: BusesParts['say']) => {
  const told = new Set<string>();
  return ({ counters }: AgentHall): void => {
    const known = new Set(counters.map(({ counterId }) => counterId));
    for (const plan of plans) {
      for (const counter of countersOf(plan)) {
        if (known.has(counter) || told.has(counter)) continue;
        told.add(counter);
        const add = `add it to this agent's counters in the centre's file, or remove it here`;
        say(`bus ${plan.name}: the server tells nothing of counter "${counter}": ${add}`);
      }
    }
  };
};

/** Starts every line of an agent. Until `see` is told something, displays show that it is not. */
export const startBuses = (plans: readonly BusPlan[], parts: BusesParts): RunningBuses => {
  const buses = plans.map((plan) => startBus(plan, parts));
  const tellStrangers = strangers(plans, (line) => parts.say(line));
  return {
    see: (hall) => {
      if (hall !== null) tellStrangers(hall);
      for (const bus of buses) bus.see(hall);
    },
    stop: async () => {
      await Promise.all(buses.map((bus) => bus.stop()));
    },
  };
};
