import { mount, unmount, type Component } from 'svelte';

interface PictureInPicture {
  requestWindow(size: { width: number; height: number }): Promise<Window>;
}

const SIZE = { width: 380, height: 140 };

const door = (): PictureInPicture | undefined =>
  (window as Window & { documentPictureInPicture?: PictureInPicture }).documentPictureInPicture;

/** Whether this browser can keep a small window above other programs. */
export const hasSmallWindow = (): boolean => door() !== undefined;

/**
 * Shows a component in a small window above other programs, with this page's styles, until that
 * window is closed or `close` is called. Does nothing where the browser has no such window.
 */
export async function openSmallWindow(
  Content: Component,
  context: Map<unknown, unknown>,
): Promise<{ close: () => void } | null> {
  const small = await door()?.requestWindow(SIZE);
  if (small === undefined) return null;
  const from = document.documentElement;
  const to = small.document.documentElement;
  to.style.cssText = from.style.cssText;
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"], style')) {
    small.document.head.append(sheet.cloneNode(true));
  }
  const content = mount(Content, { target: small.document.body, context });
  small.addEventListener('pagehide', () => void unmount(content), { once: true });
  return { close: () => small.close() };
}
