import type { Configuration } from '../../core/configuration.js';
import { leasedNumbers } from '../../core/leases.js';
import { RESULTS } from '../../core/lists.js';
import { parseJobId } from '../../core/paper.js';
import { MINUTE_MS } from '../../core/time.js';
import type { Command } from '../../core/protocol/commands.js';
import type { AgentView, DeskView, KioskView } from '../../core/protocol/views.js';
import { Client, type World } from './client.js';
import { pick, type Dice } from './halls.js';
import { POISON } from './process.js';

const SECOND_MS = 1000;
const reasonId = 'other';

/** Does something again and again, at random distances around a mean, until the world rests. */
const often = (world: World, meanMs: number, act: () => void): void => {
  world.loop.after(world.dice(2 * meanMs), () => {
    if (!world.busy) return;
    act();
    often(world, meanMs, act);
  });
};

const anyService = (configuration: Configuration, dice: Dice): string =>
  pick(dice, configuration.services).id;

/** A visitor's phone: it knows its ticket, and has a mind of its own. */
const phone = (world: World, configuration: Configuration, ticketId: string): void => {
  const { dice } = world;
  const deviceId = `phone ${ticketId}`;
  const client = new Client(world, { role: 'phone', deviceId, ticketId });
  const acts: ((at: number) => Command)[] = [
    () => ({ type: 'returnTicket', ticketId }),
    () => ({ type: 'returnTicket', ticketId }),
    () => ({ type: 'leave', ticketId }),
    (at) => ({ type: 'delay', ticketId, until: at + (1 + dice(30)) * MINUTE_MS }),
    () => ({ type: 'addService', ticketId, serviceId: anyService(configuration, dice) }),
    () => ({ type: 'rate', ticketId, stars: 1 + dice(5) }),
  ];
  for (let left = 1 + dice(4); left > 0; left -= 1) {
    world.loop.after(dice(70 * MINUTE_MS), () => {
      if (world.busy) client.ask(pick(dice, acts)(client.now()));
    });
  }
};

/** Visitors come to a kiosk while it takes them in. */
export const kiosk = (world: World, configuration: Configuration, deviceId: string): Client => {
  const { dice } = world;
  const client = new Client<KioskView>(world, { role: 'kiosk', deviceId });
  often(world, 55 * SECOND_MS, () => {
    if (client.shown?.hall.state !== 'open' || client.waits > 0) return;
    if (dice(40) === 0) {
      return void client.ask({ type: 'callForHelp' });
    }
    const services = new Set([anyService(configuration, dice)]);
    if (dice(5) === 0) services.add(anyService(configuration, dice));
    const classId = dice(6) === 0 ? (configuration.classes[0]?.id ?? '') : '';
    const language = dice(8) === 0 ? 'en' : 'ar';
    const wish: Command = { type: 'takeTicket', services: [...services], classId, language };
    client.ask(wish, (answer) => {
      const ticketId = answer && 'done' in answer ? answer.receipt?.ticketId : undefined;
      if (ticketId !== undefined && dice(3) === 0) phone(world, configuration, ticketId);
    });
  });
  return client;
};

/** What a clerk does with a free counter. */
const freeActs = (view: DeskView, counterId: string, dice: Dice): Command => {
  const { waiting, parked, absent } = view;
  const chance = dice(100);
  if (chance < 4 && waiting.length > 0) {
    return { type: 'callTicket', counterId, ticketId: pick(dice, waiting).ticketId, reasonId };
  }
  if (chance < 20 && parked.length > 0) {
    return { type: 'unpark', counterId, ticketId: pick(dice, parked).ticketId };
  }
  if (chance < 26 && absent.length > 0) {
    return { type: 'returnTicket', ticketId: pick(dice, absent).ticketId };
  }
  if (chance < 28) return { type: 'pause', counterId, reasonId };
  if (chance < 30) return { type: 'closeCounter', counterId };
  return { type: 'callNext', counterId };
};

interface Counter {
  readonly counterId: string;
  readonly configuration: Configuration;
}

/** What a clerk does with the visitor who was called, or is there. */
const heldActs = (view: DeskView, { counterId, configuration }: Counter, dice: Dice): Command => {
  const { current } = view;
  const serviceId = anyService(configuration, dice);
  const result = pick(dice, RESULTS);
  const chance = dice(100);
  if (current?.state === 'called') {
    if (chance < 30) return { type: 'start', counterId };
    if (chance < 60) return { type: 'recall', counterId };
    if (chance < 80) return { type: 'noShow', counterId };
    return { type: 'finish', counterId, result, callNext: chance % 2 === 0 };
  }
  if (chance < 6) return { type: 'park', counterId, reasonId };
  if (chance < 12) return { type: 'transfer', counterId, serviceId, place: 'keep' };
  if (chance < 15) return { type: 'transfer', counterId, serviceId, place: 'front', reasonId };
  if (chance < 22) return { type: 'transferAndReturn', counterId, serviceId };
  if (chance < 25) return { type: 'setClass', counterId, classId: 'P1', reasonId };
  return { type: 'finish', counterId, result, callNext: chance % 2 === 0 };
};

/** A clerk at a desk, who goes by what the desk shows. */
export const desk = (world: World, configuration: Configuration, n: number): Client => {
  const { dice } = world;
  const clerk = `clerk-${n}`;
  const counterId = `c${n}`;
  const subject = {
    role: 'desk',
    deviceId: `desk-${n}`,
    staff: { id: clerk, name: clerk },
  } as const;
  const client = new Client<DeskView>(world, subject);
  const profiles = configuration.counters.find(({ id }) => id === counterId)?.profiles ?? [];
  const next = (view: DeskView): Command => {
    const state = view.counter?.state ?? 'closed';
    if (state === 'closed')
      return { type: 'openCounter', counterId, profileId: pick(dice, profiles) };
    if (state === 'paused') return { type: 'resume', counterId };
    if (view.current !== null) return heldActs(view, { counterId, configuration }, dice);
    if (dice(60) === 0) {
      const serviceId = anyService(configuration, dice);
      return { type: 'walkDirect', counterId, serviceId, reasonId, language: 'ar' };
    }
    return freeActs(view, counterId, dice);
  };
  often(world, 25 * SECOND_MS, () => {
    const view = client.shown;
    if (view === undefined || client.waits > 0) return;
    if (view.hall.state !== 'closed' && view.hall.state !== 'before') client.ask(next(view));
  });
  return client;
};

/**
 * The manager: answers for the clock, and does what a manager does, seldom. He looks at the hall
 * through a desk, for the manager's own page makes a whole report at each look.
 */
export const manager = (world: World, configuration: Configuration): Client => {
  const { dice, machine } = world;
  const who = { role: 'desk', deviceId: 'manager', staff: { id: 'boss', name: 'boss' } } as const;
  const client = new Client<DeskView>(world, who);
  const serviceId = (): string | null => (dice(4) === 0 ? null : anyService(configuration, dice));
  const devices = [...configuration.kiosks, ...configuration.desks].map(({ id }) => id);
  const acts: (() => Command)[] = [
    () => ({ type: 'announce', text: { ar: 'ا', en: `${dice(1000)}` } }),
    () => ({ type: 'announce', text: { ar: 'س', en: `${POISON} ${dice(1e9)}` } }),
    () => ({ type: 'announce', text: { ar: 'س', en: `${POISON} ${dice(1e9)}` } }),
    () => ({
      ...{ type: 'suspend', serviceId: serviceId(), reasonId },
      until: client.now() + (1 + dice(15)) * MINUTE_MS,
    }),
    () => ({ type: 'unsuspend', serviceId: serviceId() }),
    () => ({ type: 'answerHelp', deviceId: pick(dice, devices) }),
    () => ({ type: 'voidTicket', ticketId: lastTicket(world), reasonId }),
  ];
  often(world, 4 * MINUTE_MS, () => {
    const hall = client.shown?.hall.state;
    if (client.waits > 0 || hall === undefined) return;
    const clock = machine.process?.clock.status();
    if ((clock?.confirmed === false || clock?.alarm === true) && dice(3) > 0) {
      return void client.ask({ type: 'confirmClock' });
    }
    if (hall !== 'closed' && hall !== 'before') client.ask(pick(dice, acts)());
  });
  return client;
};

const lastTicket = ({ ledger }: World): string => {
  const heard = ledger.slice(-60).flatMap(({ heard: all }) => all.map(({ answer }) => answer));
  const tickets = heard.flatMap((answer) => ('receipt' in answer ? [answer.ticketId] : []));
  return tickets[0] ?? 'nowhere:1';
};

/**
 * The agent: says what became of the paper, and gives out numbers of its leases to visitors whom
 * the server leaves without an answer; later it tells the server so.
 */
export const agent = (world: World): Client => {
  const { dice, machine } = world;
  const client = new Client<AgentView>(world, { role: 'agent', deviceId: 'agent-1' });
  const given = new Set<string>();
  often(world, 20 * SECOND_MS, () => {
    const job = client.shown?.jobs[0];
    if (job === undefined || client.waits > 0) return;
    const state = pick(dice, ['confirmed', 'confirmed', 'assumed'] as const);
    client.ask({ type: 'reportPrint', ...parseJobId(job.jobId), state });
  });
  world.onImpatient = (asked) => {
    const { command, deviceId: kioskId, requestId: unanswered } = asked;
    const leases = machine.process?.committer.state.centre.leases ?? [];
    const lease = leases.find(({ deviceId }) => deviceId === kioskId);
    const next = lease && leasedNumbers(lease).find((one) => !given.has(keyOf(lease.day, one)));
    if (command.type !== 'takeTicket' || lease === undefined || next === undefined) return false;
    given.add(keyOf(lease.day, next));
    const { services, classId, language } = command;
    const visit = { services, classId, language, takenAt: client.now() };
    const { day } = lease;
    const enter = { kioskId, day, ...next, ...visit, unanswered };
    const entered = client.ask({ type: 'enterTicket', ...enter });
    world.offline.push({ unanswered: asked, entered });
    return true;
  };
  return client;
};

const keyOf = (day: string, one: { readonly seriesId: string; readonly number: number }) =>
  `${day} ${one.seriesId} ${one.number}`;

export const board = (world: World, deviceId: string): Client =>
  new Client(world, { role: 'board', deviceId });
