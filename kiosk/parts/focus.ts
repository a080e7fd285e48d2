import type { Attachment } from 'svelte/attachments';

/** Moves the keyboard and the screen reader to what has just come up. */
export const focusFirst: Attachment<HTMLElement> = (node) => {
  node.focus({ preventScroll: true });
};
