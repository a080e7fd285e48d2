import { z } from 'zod';
import type { AgentHall } from '../../core/protocol/views.js';
import type { Clock } from '../clock.js';
import { readChecked } from '../files.js';
import type { Bus } from './bus.js';
import type { Exchange, Outcome } from './exchange.js';
import { addressesSchema, ANSWER_SHAPE, gapSchema, MODEL_SHAPE } from './model.js';
import { judgeCoils, judgeWrite, readCoils, writeCoil } from './modbus.js';

/** No bell rings longer, whatever the devices file says. */
export const ON_MS_MAX = 5_000;
/** A call that is older rings no bell: it was made while the line or the server was away. */
const RING_WITHIN_MS = 8_000;
/** Each board is asked so often whether it is there: a bell may be silent for days. */
export const CHECK_MS = 10_000;
/** What the board did not say that it switched off is switched off again, so soon. */
export const OFF_AGAIN_MS = 2_000;
const ON = 0xff00;
const OFF = 0x0000;

/** What the agent must know of a model of relay board. */
export const relaySchema = z.strictObject({
  ...MODEL_SHAPE,
  addresses: addressesSchema,
  coils: z.number().int().min(1).max(64),
  /** The board switches a coil off by itself, after so many units: coil `from` is its first. */
  flash: z
    .strictObject({
      from: z.number().int().min(0).max(0xffff),
      unitMs: z.number().int().min(1).max(1_000),
    })
    .nullable(),
  ...ANSWER_SHAPE,
  gapMs: gapSchema,
});
export type RelayProfile = z.infer<typeof relaySchema>;

/** Reads a relay board's profile. Throws `FileRefused`. */
export const readRelay = (file: string): RelayProfile => readChecked(file, relaySchema);

/** A bell or lamp at a coil of a relay board. */
export interface RelayUnit {
  readonly address: number;
  readonly coil: number;
  readonly profile: RelayProfile;
  /** Rings for calls to these. */
  readonly counters: readonly string[];
  readonly onMs: number;
}

interface RelaysParts {
  readonly bus: Pick<Bus, 'put'>;
  readonly units: readonly RelayUnit[];
  readonly clock: Clock;
  /** A board answers no more, or again. */
  onAnswer(address: number, outcome: Outcome): void;
}

type Asked = Pick<NonNullable<Exchange['reply']>, 'judge'> & Pick<Exchange, 'bytes'>;

const exchange = ({ profile }: RelayUnit, { bytes, judge }: Asked): Exchange => {
  const { withinMs, retries, gapMs } = profile;
  return { bytes, reply: { withinMs, retries, judge }, gapMs };
};

const written = (unit: RelayUnit, coil: number, value: number): Exchange => {
  const bytes = writeCoil(unit.address, coil, value);
  return exchange(unit, { bytes, judge: judgeWrite(bytes) });
};

const asked = (unit: RelayUnit): Exchange => {
  const { coils } = unit.profile;
  const bytes = readCoils(unit.address, coils);
  return exchange(unit, { bytes, judge: judgeCoils(bytes, coils) });
};

/** Coil off; the first thing that each board hears, and the last. */
const offOf = (unit: RelayUnit): Exchange => written(unit, unit.coil, OFF);

/** Coil on, by the board's own timer where it has one: then no crash leaves it on. */
const onOf = (unit: RelayUnit): Exchange => {
  const { flash } = unit.profile;
  if (flash === null) return written(unit, unit.coil, ON);
  return written(unit, flash.from + unit.coil, Math.ceil(unit.onMs / flash.unitMs));
};

/** The bells of one bus: one pulse for each new call, off at the start and after a lost line. */
export class Relays {
  private rung = new Set<string>();
  private readonly ringing = new Map<RelayUnit, () => void>();
  /** What ends the wait before a bell is switched off once more. */
  private readonly again = new Map<RelayUnit, () => void>();
  private endChecks: () => void = () => undefined;

  constructor(private readonly parts: RelaysParts) {}

  see({ calls }: AgentHall): void {
    const now = this.parts.clock.now();
    for (const call of calls) {
      if (this.rung.has(call.key)) continue;
      if (call.at > now || now - call.at > RING_WITHIN_MS) continue;
      for (const unit of this.parts.units) {
        if (unit.counters.includes(call.counterId)) this.ring(unit);
      }
    }
    this.rung = new Set(calls.map(({ key }) => key));
  }

  /** The line is open: nobody knows what was left on. */
  start(): void {
    this.stop();
    this.check();
  }

  stop(): void {
    this.endChecks();
    for (const unit of this.parts.units) this.off(unit);
  }

  /** Asks each board once, and again each `CHECK_MS`. */
  private check(): void {
    this.endChecks = this.parts.clock.after(CHECK_MS, () => this.check());
    const boards = new Map(this.parts.units.map((unit) => [unit.address, unit]));
    for (const [address, unit] of boards) {
      this.parts.bus.put(`check ${address}`, {
        exchange: asked(unit),
        onEnd: (outcome) => this.parts.onAnswer(address, outcome),
      });
    }
  }

  /** A bell that rings already rings for both calls, and no longer. */
  private ring(unit: RelayUnit): void {
    if (this.ringing.has(unit)) return;
    this.again.get(unit)?.();
    const ends = this.parts.clock.after(Math.min(unit.onMs, ON_MS_MAX), () => this.off(unit));
    this.ringing.set(unit, ends);
    this.put(unit, onOf(unit));
  }

  private off(unit: RelayUnit): void {
    this.ringing.get(unit)?.();
    this.ringing.delete(unit);
    this.again.get(unit)?.();
    this.put(unit, offOf(unit), (outcome) => {
      if (outcome === 'done') return;
      // A frame that was lost must leave no bell ringing.
      const again = this.parts.clock.after(OFF_AGAIN_MS, () => this.off(unit));
      this.again.set(unit, again);
    });
  }

  private put(unit: RelayUnit, exchange: Exchange, ended?: (outcome: Outcome) => void): void {
    const { address, coil } = unit;
    const onEnd = (outcome: Outcome): void => {
      this.parts.onAnswer(address, outcome);
      ended?.(outcome);
    };
    this.parts.bus.put(`relay ${address} ${coil}`, { exchange, isUrgent: true, onEnd });
  }
}
