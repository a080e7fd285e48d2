import type { Attachment } from 'svelte/attachments';
import { RESULTS } from '../core/lists.js';
import type { Desk } from './desk.svelte.js';
import { keyed } from './step.js';

/** The n-th of the closed list for Alt and the digit n, on any layout of the keyboard. */
const resultOf = ({ altKey, code }: KeyboardEvent) =>
  altKey ? RESULTS[Number(/^Digit([1-9])$/.exec(code)?.[1] ?? 0) - 1] : undefined;

/** Works the desk by keys, in the window where the element stands. A key held down acts once. */
export const listen =
  (desk: Desk): Attachment =>
  (element) => {
    const press = (event: KeyboardEvent): void => {
      const result = resultOf(event);
      const key = keyed(event.key);
      if (result !== undefined && desk.view.current !== null) desk.result = result;
      else if (key === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      else if (!event.repeat) desk.press(key);
      event.preventDefault();
    };
    const { ownerDocument } = element;
    ownerDocument.addEventListener('keydown', press);
    return () => ownerDocument.removeEventListener('keydown', press);
  };
