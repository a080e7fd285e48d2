import { resolve } from 'node:path';
import { DEMO_PLACE } from './demo.js';
import { Misuse, parsed } from '../node/misuse.js';
import type { TakeOverAsked } from './standby/control.js';

/** The fastest that visitors and clerks of the simulation can be, times real time. */
const SPEED_MAX = 600;
const SPEED = '10';

/** What `npm start` was asked to start. */
export type Start =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'demo';
      readonly data: string;
      readonly port: number;
      /** Times real time; `null` without a simulation. */
      readonly speed: number | null;
    }
  | { readonly kind: 'centre'; readonly config: string; readonly training: boolean }
  | { readonly kind: 'standby'; readonly config: string; readonly anew: boolean }
  | { readonly kind: 'takeOver'; readonly config: string; readonly asked: TakeOverAsked };

/** A speed of the simulation. Throws a `Misuse` for anything else. */
export const speedOf = (text: string): number => {
  const speed = Number(text);
  if (text.trim() !== '' && speed > 0 && speed <= SPEED_MAX) return speed;
  throw new Misuse(`--speed ${text} is not a speed: give a number above 0, up to ${SPEED_MAX}.`);
};

/** The demo's phones listen on the next port, so the last one is not for the hall. */
const portOf = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_535) return port;
  throw new Misuse(`--port ${text} is not a port: give a number from 0 to 65534.`);
};

/** How far series jump, where the person at the terminal knows better. */
export const numbersOf = (skip: string): number => {
  if (!/^\d{1,4}$/.test(skip)) throw new Misuse('--skip takes a number up to 9999');
  return Number(skip);
};

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const fileOf = (command: string, config: string | undefined): string => {
  if (config !== undefined) return config;
  throw new Misuse(`say which centre: ${command} --config FILE`);
};

const standbyOf = (args: string[]): Start => {
  const { values } = parsed({ args, options: { config: text, anew: flag, help: flag } });
  if (values.help === true) return { kind: 'help' };
  const { config, anew = false } = values;
  return { kind: 'standby', config: fileOf('standby', config), anew };
};

const takeOverOf = (args: string[]): Start => {
  const options = { config: text, force: flag, alone: flag, skip: text, help: flag };
  const { values } = parsed({ args, options });
  if (values.help === true) return { kind: 'help' };
  const { config, force = false, alone = false, skip } = values;
  const asked = { force, alone, skip: skip === undefined ? null : numbersOf(skip) };
  return { kind: 'takeOver', config: fileOf('take-over', config), asked };
};

const DEMO_ONLY = ['simulate', 'speed', 'port', 'data'] as const;

/** Reads the command line. Throws a `Misuse` that says what does not fit. */
export const startOf = (args: readonly string[]): Start => {
  const [first, ...rest] = args;
  if (first === 'standby') return standbyOf(rest);
  if (first === 'take-over') return takeOverOf(rest);
  const options = {
    ...{ config: text, training: flag, help: flag },
    ...{ simulate: flag, speed: text, port: text, data: text },
  };
  const { values } = parsed({ args: [...args], options });
  const { config, training = false, simulate = false, speed, port, data } = values;
  if (values.help === true) return { kind: 'help' };
  if (config !== undefined) {
    const surplus = DEMO_ONLY.find((name) => values[name] !== undefined);
    if (surplus === undefined) return { kind: 'centre', config, training };
    throw new Misuse(`--${surplus} is for the demo: with --config the file says it all.`);
  }
  if (training) throw new Misuse('--training goes with --config FILE: the demo needs none.');
  if (speed !== undefined && !simulate) throw new Misuse('--speed goes with --simulate.');
  return {
    kind: 'demo',
    data: resolve(data ?? DEMO_PLACE.data),
    port: port === undefined ? DEMO_PLACE.port : portOf(port),
    speed: simulate ? speedOf(speed ?? SPEED) : null,
  };
};
