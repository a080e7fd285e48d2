import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { programOf } from '../../node/place.js';

interface Wish {
  readonly verb: string;
  readonly given: unknown;
}
type Reply = { readonly value: unknown } | { readonly fault: string };

/** A program of the bench in a process of its own, which does what it is told, one at a time. */
export class Child {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when the program listens. Its output goes where the bench's goes. */
  static async start(program: string, ...args: string[]): Promise<Child> {
    const child = fork(programOf(`tests/bench/${program}.js`), args, {
      serialization: 'advanced',
      // A serial line that says nothing holds a thread.
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    });
    const started = new Child(child);
    await started.reply(program);
    return started;
  }

  /** Rejects when the program fails at it, or ends. */
  async tell<T>(verb: string, given?: unknown): Promise<T> {
    const wish: Wish = { verb, given };
    this.child.send(wish);
    return (await this.reply(verb)) as T;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.disconnect();
    await once(this.child, 'exit');
  }

  private async reply(verb: string): Promise<unknown> {
    const ending = new AbortController();
    const { signal } = ending;
    const gone = once(this.child, 'exit', { signal }).then(([code]) => {
      throw new Error(`the process ended with ${String(code)} at ${verb}`);
    });
    try {
      const told = await Promise.race([once(this.child, 'message', { signal }), gone]);
      const reply = (told as [Reply])[0];
      if ('fault' in reply) throw new Error(`${verb}: ${reply.fault}`);
      return reply.value;
    } finally {
      gone.catch(() => undefined);
      ending.abort();
    }
  }
}

export type Verbs = Readonly<Record<string, (given: never) => unknown>>;

/** The program's side: answers each verb, and ends with the bench. */
export const serve = (verbs: Verbs): void => {
  const send = (reply: Reply): void => void process.send?.(reply);
  process.on('message', ({ verb, given }: Wish) => {
    Promise.resolve()
      .then(() => verbs[verb]!(given as never))
      .then(
        (value) => send({ value }),
        (fault: unknown) => send({ fault: fault instanceof Error ? fault.stack! : String(fault) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
  send({ value: 'listening' });
};
