/** How wide a text would be, and how wide it may be; in dots. */
export interface Room {
  width(text: string): number;
  readonly room: number;
}

const ELLIPSIS = '…';

/** The text, or as many of its first words as fit before an ellipsis; one letter at the least. */
export function fitted(text: string, { width, room }: Room): string {
  if (width(text) <= room) return text;
  for (const parts of [text.split(' '), [...text]]) {
    const glue = text.split(' ').length === parts.length ? ' ' : '';
    for (let count = parts.length - 1; count > 0; count -= 1) {
      const shorter = `${parts.slice(0, count).join(glue).trimEnd()}${ELLIPSIS}`;
      if (width(shorter) <= room) return shorter;
    }
  }
  return ELLIPSIS;
}

/** Lines of whole words, each within the room; what exceeds the last line is cut off. */
export function wrapped(text: string, linesMax: number, room: Room): string[] {
  if (linesMax <= 1 || room.width(text) <= room.room) return [fitted(text, room)];
  const words = text.split(' ');
  let count = words.length - 1;
  while (count > 1 && room.width(words.slice(0, count).join(' ')) > room.room) count -= 1;
  if (count < 1) return [fitted(text, room)];
  const rest = words.slice(count).join(' ');
  return [fitted(words.slice(0, count).join(' '), room), ...wrapped(rest, linesMax - 1, room)];
}

/** Lines of as many letters as fit: for an address, which must not be cut short. */
export function broken(text: string, { width, room }: Room): string[] {
  let count = text.length;
  while (count > 1 && width(text.slice(0, count)) > room) count -= 1;
  if (count === text.length) return [text];
  return [text.slice(0, count), ...broken(text.slice(count), { width, room })];
}
