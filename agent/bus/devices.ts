import { join } from 'node:path';
import { z } from 'zod';
import { ID, PROFILE_NAME } from '../../core/protocol/forms.js';
import { FileRefused } from '../files.js';
import { BITS_PER_BYTE } from '../wires/serial.js';
import { exchangeOf, readDisplay } from './display.js';
import type { Exchange } from './exchange.js';
import type { DisplayUnit } from './displays.js';
import { readKeypad, type KeypadUnit } from './keypad.js';
import type { Line } from './model.js';
import { ON_MS_MAX, readRelay, type RelayUnit } from './relays.js';

const id = z.string().regex(ID, 'is not an id');
const profile = z.string().regex(PROFILE_NAME, 'is not the name of a profile');
const address = z.number().int().min(0).max(255);

export const busLinkSchema = z.discriminatedUnion('kind', [
  /** No device: what stands on the displays becomes a picture. */
  z.strictObject({ kind: z.literal('virtual') }),
  /** A server of serial lines in the network, in raw mode. */
  z.strictObject({
    kind: z.literal('tcp'),
    host: z.string().min(1).max(253),
    port: z.number().int().min(1).max(65_535),
  }),
  z.strictObject({
    kind: z.literal('serial'),
    path: z.string().min(1).max(200),
    /** Where the devices were set to another speed than their profiles say. */
    baudRate: z.literal([1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200]).optional(),
  }),
]);
export type BusLink = z.infer<typeof busLinkSchema>;

const display = z.union([
  z.strictObject({ profile, address, counter: id }),
  z.strictObject({
    profile,
    address,
    /** The n-th newest call at the agent's counters. */
    call: z.number().int().min(1).max(12),
    part: z.enum(['label', 'counter', 'both']).default('both'),
  }),
]);

export const busSchema = z.strictObject({
  link: busLinkSchema,
  displays: z.array(display).max(64).default([]),
  keypads: z
    .array(z.strictObject({ profile, address, counter: id }))
    .max(64)
    .default([]),
  relays: z
    .array(
      z.strictObject({
        profile,
        address,
        coil: z.number().int().min(0).max(63),
        counters: z.array(id).min(1).max(60),
        onMs: z.number().int().min(100).max(ON_MS_MAX),
      }),
    )
    .max(64)
    .default([]),
});
type BusFile = z.infer<typeof busSchema>;

/** One line and everything on it. */
export interface BusPlan {
  readonly name: string;
  readonly link: BusLink;
  readonly line: Line;
  readonly displays: readonly DisplayUnit[];
  readonly keypads: readonly KeypadUnit[];
  readonly relays: readonly RelayUnit[];
}

/** A label with a letter, a space, and a counter's number. */
const BOTH_WIDTH_MIN = 6;

const unitsOf = (bus: BusFile, profiles: string) => ({
  displays: bus.displays.map(({ profile: name, address: at, ...shows }): DisplayUnit => {
    return { profile: readDisplay(join(profiles, 'displays', `${name}.json`)), address: at, shows };
  }),
  keypads: bus.keypads.map(({ profile: name, ...unit }): KeypadUnit => {
    return { ...unit, profile: readKeypad(join(profiles, 'keypads', `${name}.json`)) };
  }),
  relays: bus.relays.map(({ profile: name, ...unit }): RelayUnit => {
    return { ...unit, profile: readRelay(join(profiles, 'relays', `${name}.json`)) };
  }),
});
type Units = ReturnType<typeof unitsOf>;

const sumMs = (
  displays: readonly DisplayUnit[],
  baudRate: number,
  of: (exchange: Exchange, writeMs: number) => number,
): number =>
  displays.reduce((sum, { profile: own, address: at }) => {
    const exchange = exchangeOf(own, at, { text: '', blink: false });
    return sum + of(exchange, (exchange.bytes.length * BITS_PER_BYTE * 1000) / baudRate);
  }, 0);

/** How long it takes to write every display of a bus once, in milliseconds. */
const roundMs = (displays: readonly DisplayUnit[], baudRate: number): number =>
  sumMs(displays, baudRate, ({ gapMs }, writeMs) => writeMs + gapMs);

/** As `roundMs`, when none of those that answer does, and each is tried as often as it may be. */
export const roundMsMax = (displays: readonly DisplayUnit[], baudRate: number): number =>
  sumMs(displays, baudRate, ({ gapMs, reply }, writeMs) => {
    const { withinMs, retries } = reply ?? { withinMs: 0, retries: 0 };
    return (1 + retries) * (writeMs + withinMs + gapMs);
  });

type Mistake = readonly [place: string, reason: string];

const twiceIn = (places: readonly (readonly [place: string, key: string])[]): Mistake[] => {
  const seen = new Map<string, string>();
  return places.flatMap(([place, key]): Mistake[] => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, place);
    const reason = `is already the address of ${first}: give each device on the bus its own`;
    return first === undefined ? [] : [[place, reason]];
  });
};

type PlacedUnit = readonly [place: string, unit: Units['displays' | 'keypads' | 'relays'][number]];

const placed = (kind: string, units: readonly PlacedUnit[1][]): PlacedUnit[] =>
  units.map((unit, at) => [`${kind}.${at}`, unit]);

/** The bells of a board share its address, and the model that it is. */
const boardMistakes = (relays: Units['relays']): Mistake[] => {
  const models = new Map<number, string>();
  return relays.flatMap(({ address: at, profile: { id: name } }, index): Mistake[] => {
    const first = models.get(at) ?? name;
    models.set(at, first);
    if (first === name) return [];
    return [[`relays.${index}.profile`, `the board at address ${at} is already a ${first}`]];
  });
};

/**
 * Displays, relay boards and keypads with a lamp are told by their address, so no two of them share
 * one; keypads without a lamp only send.
 */
const addressMistakes = ({ displays, keypads, relays }: Units): Mistake[] => {
  const boards = placed('relays', relays).filter(
    ([, { address: at }], index) => relays.findIndex((unit) => unit.address === at) === index,
  );
  const pads = placed('keypads', keypads);
  const lit = pads.filter((_, index) => keypads[index]?.profile.lamp !== null);
  const own = ([place, { address: at }]: PlacedUnit) => [`${place}.address`, `${at}`] as const;
  const told = [...placed('displays', displays), ...boards, ...lit];
  return [
    // Two keypads with lamps are one mistake.
    ...new Map([...twiceIn(pads.map(own)), ...twiceIn(told.map(own))]),
    ...twiceIn(relays.map((unit, at) => [`relays.${at}.coil`, `${unit.address} ${unit.coil}`])),
    ...boardMistakes(relays),
  ];
};

const displayMistakes = (units: readonly DisplayUnit[]): Mistake[] =>
  units.flatMap(({ profile: { id: name, face }, shows }, index): Mistake[] => {
    const isBoth = 'part' in shows && shows.part === 'both';
    if (!isBoth || face.width >= BOTH_WIDTH_MIN) return [];
    return [[`displays.${index}.part`, `a ${name} is too narrow for both: write label or counter`]];
  });

/** Addresses and coils that a model has not. */
const rangeMistakes = ({ displays, keypads, relays }: Units): Mistake[] => [
  ...[
    ...placed('displays', displays),
    ...placed('keypads', keypads),
    ...placed('relays', relays),
  ].flatMap(([place, { address: at, profile: own }]): Mistake[] => {
    const { min, max } = own.addresses;
    if (at >= min && at <= max) return [];
    return [[`${place}.address`, `a ${own.id} has ${min} to ${max}`]];
  }),
  ...relays.flatMap(({ coil, profile: { id: name, coils } }, index): Mistake[] => {
    if (coil < coils) return [];
    return [[`relays.${index}.coil`, `a ${name} has 0 to ${coils - 1}`]];
  }),
];

/** One line has one speed and form, and time for more than repainting. */
const lineMistakes = ({ link }: BusFile, units: Units): Mistake[] => {
  const lines = [...units.displays, ...units.keypads, ...units.relays].map(({ profile: own }) => ({
    name: own.id,
    line: JSON.stringify(own.line),
  }));
  const [first] = lines;
  const other = lines.find(({ line }) => line !== first?.line);
  if (first === undefined) return [['(bus)', 'has no device: add one, or remove the bus']];
  if (other !== undefined) {
    return [['(bus)', `${first.name} and ${other.name} need lines of different speed or form`]];
  }
  const { displays } = units;
  const set = link.kind === 'serial' ? link.baudRate : undefined;
  const takesMs = roundMs(displays, set ?? displays[0]?.profile.line.baudRate ?? 9600);
  const refreshMs = Math.min(...displays.map(({ profile: own }) => own.refreshMs));
  if (takesMs * 2 <= refreshMs) return [];
  const seconds = (takesMs / 1000).toFixed(1);
  return [['displays', `writing all takes ${seconds} s, so calls would wait: use a second bus`]];
};

/**
 * Reads what hangs on each bus. `profiles` is the folder of all profiles. Throws `FileRefused` with
 * every mistake of every bus.
 */
export const busPlans = (
  file: string,
  buses: Readonly<Record<string, BusFile>>,
  profiles: string,
): readonly BusPlan[] => {
  const mistakes: string[] = [];
  const plans = Object.entries(buses).map(([name, bus]): BusPlan => {
    const units = unitsOf(bus, profiles);
    const found = [
      ...addressMistakes(units),
      ...displayMistakes(units.displays),
      ...rangeMistakes(units),
      ...lineMistakes(bus, units),
    ];
    mistakes.push(...found.map(([place, why]) => `${file}: buses.${name}.${place}: ${why}`));
    const [any] = [...units.displays, ...units.keypads, ...units.relays];
    const { baudRate } = bus.link.kind === 'serial' ? bus.link : {};
    const line = any?.profile.line ?? DEFAULT_LINE;
    const set = baudRate === undefined ? line : { ...line, baudRate };
    return { name, link: bus.link, line: set, ...units };
  });
  if (mistakes.length > 0) throw new FileRefused(mistakes.join('\n'));
  return plans;
};

const DEFAULT_LINE: Line = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 };

/** Every counter that a device on a bus is for. */
export const countersOf = ({ displays, keypads, relays }: BusPlan): ReadonlySet<string> =>
  new Set([
    ...displays.flatMap(({ shows }) => ('counter' in shows ? [shows.counter] : [])),
    ...keypads.map(({ counter }) => counter),
    ...relays.flatMap(({ counters }) => counters),
  ]);
