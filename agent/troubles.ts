import { placeOf, TROUBLES_MAX, type Trouble } from '../core/protocol/troubles.js';

interface TroublesParts {
  say(line: string): void;
  /** Told of all that is wrong now, each time that it changes. */
  onChange(troubles: readonly Trouble[]): void;
}

const REASONS = {
  away: 'is away: look at its adapter and cable',
  silent: 'does not answer: look at its power, wires, address and speed',
  refuses: 'refuses what it is told: look at its model and profile',
} as const;

/** What is wrong with the lines, displays, bells and scanners of an agent. */
export class Troubles {
  private readonly open = new Map<string, Trouble>();

  constructor(private readonly parts: TroublesParts) {}

  /** The first ones, as many as the server takes. */
  all(): readonly Trouble[] {
    return [...this.open.values()].slice(0, TROUBLES_MAX);
  }

  /** Said once, however often it is noted. */
  begin(trouble: Trouble): void {
    const place = placeOf(trouble);
    if (this.open.get(place)?.fault === trouble.fault) return;
    this.open.set(place, trouble);
    this.parts.say(`${place} ${REASONS[trouble.fault]}`);
    this.parts.onChange(this.all());
  }

  /** The device at this place (`placeOf`) does its work. */
  end(place: string): void {
    if (!this.open.delete(place)) return;
    this.parts.say(`${place} is well again`);
    this.parts.onChange(this.all());
  }
}
