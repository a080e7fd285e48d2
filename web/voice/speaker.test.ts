import { afterEach, expect, test, vi } from 'vitest';
import { Speaker } from './speaker.js';

/** A browser's sound, as far as it wakes and closes. */
class Sounds extends EventTarget {
  state: AudioContextState = 'suspended';
  woken = 0;

  resume(): Promise<void> {
    this.woken += 1;
    return this.state === 'closed'
      ? Promise.reject(new DOMException('closed', 'InvalidStateError'))
      : Promise.resolve();
  }

  close(): Promise<void> {
    if (this.state === 'closed') return Promise.reject(new DOMException('closed'));
    this.state = 'closed';
    this.dispatchEvent(new Event('statechange'));
    return Promise.resolve();
  }
}

const opened = (onChange?: () => void) => {
  vi.stubGlobal('AudioContext', Sounds);
  const wake = new EventTarget();
  const speaker = new Speaker(wake, onChange);
  return { wake, speaker, sounds: speaker.context as unknown as Sounds };
};

afterEach(() => void vi.unstubAllGlobals());

test('a touch wakes the sound, and none after its page has closed it', () => {
  const changes = vi.fn();
  const { wake, speaker, sounds } = opened(changes);
  wake.dispatchEvent(new Event('pointerdown'));
  wake.dispatchEvent(new Event('keydown'));
  expect(sounds.woken).toBe(2);
  speaker.close();
  wake.dispatchEvent(new Event('pointerdown'));
  expect([sounds.state, sounds.woken, changes.mock.calls]).toEqual(['closed', 2, []]);
});

test('closing twice is harmless', () => {
  const { speaker } = opened();
  speaker.close();
  expect(() => speaker.close()).not.toThrow();
});

test('a sound that cannot wake says so to its page and to nobody else', async () => {
  const changes = vi.fn();
  const { wake, sounds, speaker } = opened(changes);
  sounds.state = 'closed';
  wake.dispatchEvent(new Event('keydown'));
  await Promise.resolve();
  expect([speaker.audible, changes.mock.calls.length]).toEqual([false, 1]);
});
