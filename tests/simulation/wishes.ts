import type { Configuration } from '../../core/configuration.js';
import { RESULTS } from '../../core/lists.js';
import { MINUTE_MS } from '../../core/time.js';
import { enterNumber, enterTicket } from './brought.js';
import { reportOfSheet, sheet } from './sheets.js';
import type { Command } from '../../core/protocol/commands.js';
import type { Asked, State } from '../../core/state.js';

/** Numbers from which a wish is made, whatever the hall looks like then. */
export interface Wish {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** What people look at when they wish for something. */
export interface Scene {
  readonly state: State;
  readonly configuration: Configuration;
  readonly at: number;
  /** Hashes of configurations that may be published, the first one being unknown. */
  readonly hashes: readonly string[];
}

export type Maker = (scene: Scene, wish: Wish) => Command;

export const of = <T>(items: readonly T[], n: number): T => items[n % items.length]!;
const ids = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);
/** Now and then a name that nobody knows. */
const often = (items: readonly string[], n: number): string =>
  n % 23 === 22 || items.length === 0 ? 'nowhere' : of(items, n);

export const serviceId = ({ configuration }: Scene, n: number) =>
  often(ids(configuration.services), n);
const counterId = ({ configuration }: Scene, n: number) => often(ids(configuration.counters), n);
const kioskId = ({ configuration }: Scene, n: number) => often(ids(configuration.kiosks), n);
const reasonId = (n: number): string => (n % 19 === 18 ? 'nothing' : 'other');
export const classId = ({ configuration }: Scene, n: number) =>
  n % 29 === 28 ? 'P9' : of(['', '', ...ids(configuration.classes)], n);

/** An open ticket, mostly one whose leg is so; now and then a closed or unknown one. */
const ticketId = ({ state }: Scene, n: number, status?: string): string => {
  const tickets = [...(state.day?.tickets.values() ?? [])];
  const fitting = tickets.filter(({ leg }) => leg.status === status);
  if (n % 17 === 16) return of([...(state.day?.stubs.keys() ?? []), 'teststream:1'], n);
  if (fitting.length > 0 && n % 7 !== 6) return of(fitting, n).id;
  return tickets.length === 0 ? 'teststream:1' : of(tickets, n).id;
};

const visitors: Maker[] = [
  (scene, { a, b }) => ({
    type: 'takeTicket',
    services: [serviceId(scene, a)],
    classId: classId(scene, b),
    language: 'ar',
  }),
  (scene, { a, b, c }) => ({
    type: 'takeTicket',
    services: [a, b, c, a + b].slice(0, 2 + (c % 3)).map((n) => serviceId(scene, n)),
    classId: classId(scene, a + c),
    language: 'en',
  }),
  (scene, { a, b }) => ({
    type: 'addService',
    ticketId: ticketId(scene, a),
    serviceId: serviceId(scene, b),
  }),
  (scene, { a }) => ({ type: 'leave', ticketId: ticketId(scene, a) }),
  (scene, { a, b }) => ({
    type: 'delay',
    ticketId: ticketId(scene, a, 'waiting'),
    until: scene.at + (b % 100) * MINUTE_MS,
  }),
  (scene, { a }) => ({ type: 'returnTicket', ticketId: ticketId(scene, a, 'absent') }),
  (scene, { a, b }) => ({
    type: 'rate',
    ticketId:
      b % 4 === 0
        ? ticketId(scene, a)
        : of([...(scene.state.day?.stubs.keys() ?? []), 'teststream:1'], a),
    stars: 1 + (b % 5),
  }),
  () => ({ type: 'callForHelp' }),
  (scene, { a, b }) => ({
    type: 'printElsewhere',
    ticketId: ticketId(scene, a),
    kioskId: kioskId(scene, b),
  }),
];

const clerks: Maker[] = [
  (scene, { a }) => ({ type: 'callNext', counterId: counterId(scene, a) }),
  (scene, { a, b }) => ({
    type: 'finish',
    counterId: counterId(scene, a),
    result: of(RESULTS, b),
    callNext: b % 2 === 0,
  }),
  (scene, { a, b }) => ({
    type: 'openCounter',
    counterId: counterId(scene, a),
    profileId: often(ids(scene.configuration.profiles), b),
  }),
  (scene, { a, b, c }) => ({
    type: 'callTicket',
    counterId: counterId(scene, a),
    ticketId: ticketId(scene, b, 'waiting'),
    reasonId: reasonId(c),
  }),
  (scene, { a }) => ({ type: 'recall', counterId: counterId(scene, a) }),
  (scene, { a }) => ({ type: 'start', counterId: counterId(scene, a) }),
  (scene, { a }) => ({ type: 'noShow', counterId: counterId(scene, a) }),
  (scene, { a, b, c }) => ({
    type: 'transfer',
    counterId: counterId(scene, a),
    serviceId: serviceId(scene, b),
    place: of(['keep', 'end', 'front'] as const, c),
    ...(c % 4 === 0 ? {} : { reasonId: reasonId(c) }),
  }),
  (scene, { a, b }) => ({
    type: 'transferAndReturn',
    counterId: counterId(scene, a),
    serviceId: serviceId(scene, b),
  }),
  (scene, { a, b }) => ({ type: 'park', counterId: counterId(scene, a), reasonId: reasonId(b) }),
  (scene, { a, b }) => ({
    type: 'unpark',
    counterId: counterId(scene, a),
    ticketId: ticketId(scene, b, 'parked'),
  }),
  (scene, { a, b, c }) => ({
    type: 'walkDirect',
    counterId: counterId(scene, a),
    serviceId: serviceId(scene, b),
    reasonId: reasonId(c),
    language: 'ar',
  }),
  (scene, { a, b, c }) => ({
    type: 'setClass',
    counterId: counterId(scene, a),
    classId: classId(scene, b),
    reasonId: reasonId(c),
  }),
  (scene, { a, b }) => ({ type: 'pause', counterId: counterId(scene, a), reasonId: reasonId(b) }),
  (scene, { a }) => ({ type: 'resume', counterId: counterId(scene, a) }),
  (scene, { a }) => ({ type: 'closeCounter', counterId: counterId(scene, a) }),
  (scene, { a }) => ({ type: 'handOver', counterId: counterId(scene, a) }),
  (scene, { a }) => ({ type: 'noShow', counterId: counterId(scene, a) }),
  (scene, { a }) => ({ type: 'recall', counterId: counterId(scene, a) }),
  (scene, { a, b }) => ({
    type: 'transferAndReturn',
    counterId: counterId(scene, a),
    serviceId: serviceId(scene, b),
  }),
  (scene, { a }) => ({ type: 'returnTicket', ticketId: ticketId(scene, a, 'absent') }),
  (scene, { a }) => ({ type: 'askHelp', counterId: counterId(scene, a) }),
];

const managers: Maker[] = [
  ({ at }, { a, b }) =>
    a % 3 === 0
      ? { type: 'openDay' }
      : { type: 'openDay', closesAt: at + ((b % 300) - 20) * MINUTE_MS },
  (_, { b }) => (b % 5 === 0 ? { type: 'closeDay' } : { type: 'tick' }),
  ({ at }, { a }) => ({ type: 'closeEarly', closesAt: at + ((a % 120) - 5) * MINUTE_MS }),
  (_, { a }) => ({ type: 'announce', text: a % 2 === 0 ? null : { ar: 'ا', en: 'a' } }),
  (scene, { a, b, c }) => ({
    type: 'suspend',
    serviceId: a % 3 === 0 ? null : serviceId(scene, b),
    reasonId: reasonId(c),
    until: c % 2 === 0 ? null : scene.at + ((c % 30) - 2) * MINUTE_MS,
  }),
  (scene, { a, b }) => ({
    type: 'unsuspend',
    serviceId: a % 3 === 0 ? null : serviceId(scene, b),
  }),
  (scene, { a, b }) => ({
    type: 'voidTicket',
    ticketId: ticketId(scene, a),
    reasonId: reasonId(b),
  }),
  (scene, { a, b }) => ({
    type: 'switchProfile',
    counterId: counterId(scene, a),
    profileId: often(ids(scene.configuration.profiles), b),
  }),
  ({ state }, { a }) => ({
    type: 'answerHelp',
    deviceId: of([...(state.day?.help.keys() ?? []), 'nobody'], a),
  }),
  ({ state }, { a }) => ({
    type: 'revokeDevice',
    deviceId: of([...state.centre.devices.keys(), 'nobody'], a),
  }),
  () => ({ type: 'confirmClock' }),
  (_, { a }) => {
    if (a % 5 === 0) return { type: 'enrolDevice', deviceId: 'manager', role: 'manager' };
    if (a % 5 < 3) return { type: 'enrolDevice', deviceId: 'agent-1', role: 'agent' };
    return { type: 'enrolDevice', deviceId: `board-${a % 5}`, role: 'board' };
  },
  enterTicket,
  enterTicket,
  sheet,
  reportOfSheet,
  enterNumber,
  (scene, { a, b }) => ({
    type: 'reportPrint',
    paperId: ticketId(scene, a),
    part: b % 2,
    state: of(['confirmed', 'assumed'] as const, b),
  }),
  (scene, { a, b }) => ({
    type: 'reprint',
    ticketId: ticketId(scene, a),
    kioskId: kioskId(scene, b),
    why: of(['lost', 'again'] as const, b),
  }),
  ({ state }, { a }) => ({
    type: 'giveUpPaper',
    paperId: a % 2 === 0 ? null : of([...(state.day?.unprinted ?? []), 'nowhere:1'], a),
  }),
  (scene, { a, b }) => ({
    type: of(['stopPaper', 'resumePaper', 'resumePaper'] as const, a),
    kioskId: b % 3 === 0 ? null : kioskId(scene, b),
  }),
  (scene, { b }) => ({ type: 'loadPaper', kioskId: kioskId(scene, b) }),
  ({ hashes }, { a, b }) => ({
    type: 'publish',
    configuration: of(hashes, a),
    today: of(hashes, b),
    waiting: [],
  }),
  (_, { a }) => ({
    ...{ type: 'restoreLog', previousStream: 'elsewhere', previousSeq: 1, previousHash: '' },
    skip: a % 7,
  }),
];

const CLERKS = ['amal', 'badr', 'ceza'];

const NEED_TICKET: readonly string[] = [
  ...['finish', 'recall', 'start', 'noShow', 'transfer', 'transferAndReturn', 'park', 'setClass'],
];

/** What cannot be done at a counter as it stands is mostly prepared first. */
const prepared = (scene: Scene, { a, b }: Wish, command: Command): Command => {
  const { state, configuration } = scene;
  if (!('counterId' in command) || b % 6 === 5) return command;
  const { counterId: id } = command;
  const place = configuration.counters.find((counter) => counter.id === id);
  if (place === undefined || state.day === null) return command;
  const counter = state.day.counters.get(id);
  if (counter === undefined) {
    return { type: 'openCounter', counterId: id, profileId: of(place.profiles, a) };
  }
  const empty = counter.ticketId === undefined;
  if (empty && NEED_TICKET.includes(command.type)) return { type: 'callNext', counterId: id };
  return command;
};

/** What somebody asks for, and from where; mostly the clerk of the counter that it is about. */
export const askedFor = (scene: Scene, wish: Wish): Omit<Asked, 'at'> => {
  const { kind, a, b, c } = wish;
  const makers = kind < 35 ? visitors : kind < 88 ? clerks : managers;
  // Tickets, calls and ends of service are what a hall is full of: the first two of each list.
  const common = makers !== managers && c % 3 === 0;
  const maker = of(common ? makers.slice(0, 2) : makers, Math.floor(c / 3) + a);
  const command = prepared(scene, wish, maker(scene, wish));
  const clock = { confirmed: a % 31 !== 30, differenceMs: 0 };
  if (scene.state.day === null && a % 4 !== 3) {
    const until = { closesAt: scene.at + (60 + (b % 400)) * MINUTE_MS };
    const command: Command = { type: 'openDay', ...(c % 4 === 0 ? {} : until) };
    return { command, actor: 'manager', deviceId: 'manager', clock };
  }
  if (makers === visitors) {
    const kiosk = of(['kiosk-1', 'kiosk-2'], b);
    return { command, actor: kiosk, deviceId: kiosk, clock };
  }
  if (command.type === 'enterTicket' && b % 3 < 2) {
    const earlier = ticketId(scene, a);
    return { command, actor: 'agent-1', deviceId: 'agent-1', clock, earlier };
  }
  if (makers === managers) {
    return { command, actor: 'manager', deviceId: 'manager', clock };
  }
  const counter = 'counterId' in command ? scene.state.day?.counters.get(command.counterId) : null;
  const own = c % 13 !== 12 && command.type !== 'handOver' ? counter?.clerk : undefined;
  const actor = own ?? of(CLERKS, a + b);
  return { command, actor, deviceId: counter?.deviceId ?? `desk-${1 + (b % 2)}`, clock };
};
