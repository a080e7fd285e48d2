import { broken, type Room } from './fit.js';

interface Foot {
  readonly notes: readonly string[];
  /** What the address is for. */
  readonly words: string;
  readonly url: string | null;
  readonly scan: readonly string[];
}

/** Lines at the foot: the fewest on which each part is whole. An address is never cut short. */
export function footLines({ notes, words, url, scan }: Foot, tight: boolean, room: Room): string[] {
  const address = url === null ? [] : [`\u2066${url}\u2069`];
  const asking = address.map((text) => `${words}: ${text}`);
  const choices = [
    [[...notes, ...asking, ...scan]],
    [[...notes, ...address, ...scan]],
    tight ? [[...notes, ...address]] : [[...notes, ...asking], scan],
    [[...notes, ...address], ...(tight ? [] : [scan])],
    [...notes, ...address, ...scan].map((text) => [text]),
  ].map((choice) => choice.map((parts) => parts.join(' · ')).filter((line) => line !== ''));
  const chosen = choices.find((lines) => lines.every((line) => room.width(line) <= room.room));
  return (chosen ?? choices.at(-1)!).flatMap((line) => broken(line, room));
}
