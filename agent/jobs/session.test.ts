import { expect, test } from 'vitest';
import { FakeClock, profile, settled } from '../../tests/fixtures/printing.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import { ANSWER_MS_MAX, Session } from './session.js';

/** DLE EOT, all well. */
const WELL = Uint8Array.of(0x12);

/** A printer whose answers are read so long after the question. */
const sessionOf = async (clock: FakeClock, readAfterMs: number): Promise<Session> => {
  let tell: (bytes: Uint8Array) => void = () => undefined;
  const link: DeviceLink = {
    open: async () => undefined,
    close: async () => undefined,
    write: async () => void clock.after(readAfterMs, () => tell(WELL)),
    onData: (listener) => (tell = listener),
    onLost: () => undefined,
  };
  const session = new Session({
    ...{ link, profile, clock },
    onState: () => undefined,
    onLost: () => undefined,
  });
  await session.open();
  return session;
};

test('what came while this process was held up is read before the wait is over', async () => {
  const clock = new FakeClock();
  const session = await sessionOf(clock, ANSWER_MS_MAX + 1);
  const status = session.status();
  await clock.pass(1_000);
  expect(await status).toBe('ready');
});

test('a printer that does not answer is lost', async () => {
  const clock = new FakeClock();
  const session = await sessionOf(clock, 2 * ANSWER_MS_MAX);
  const status = session.status();
  status.catch(() => undefined);
  await clock.pass(1_000);
  await settled();
  await expect(status).rejects.toThrow(LinkLost);
  expect(session.isOpen).toBe(false);
});

test('what a printer tells between its answers is newer than they are', async () => {
  const clock = new FakeClock();
  /** DLE EOT 4, and GS a: the paper has ended. */
  const [ended, told] = [Uint8Array.of(0x7e), Uint8Array.of(0x10, 0, 0x0c, 0)];
  let isEnded = false;
  let tell: (bytes: Uint8Array) => void = () => undefined;
  const session = new Session({
    link: {
      open: async () => undefined,
      close: async () => undefined,
      write: async ([, , n]) => {
        const paper = n === 4 && isEnded ? ended : WELL;
        // It ends just after the answer that it is there, and both come at once.
        const ends = n === 4 && !isEnded;
        isEnded ||= ends;
        clock.after(1, () => tell(Buffer.concat(ends ? [paper, told] : [paper])));
      },
      onData: (listener) => (tell = listener),
      onLost: () => undefined,
    },
    ...{ profile, clock, onState: () => undefined, onLost: () => undefined },
  });
  await session.open();
  const status = session.status();
  await clock.pass(1_000);
  expect(await status).toBe('paperEnd');
});
