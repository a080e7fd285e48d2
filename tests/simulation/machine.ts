import Database from 'better-sqlite3';
import type { Command } from '../../core/protocol/commands.js';
import type { Answer, Ask } from '../../core/protocol/wire.js';
import type { Subject } from '../../server/hub/screens.js';
import { Process, type ProcessOptions, type Receiver } from './process.js';
import { isSpared } from './trouble.js';

/** The machine of a centre, on which the server dies and is started again. */
export class Machine {
  process: Process | null = null;
  starts = 0;
  kills = 0;
  tampered = 0;
  private calm = false;
  private readonly setAside = new Set<Command>();

  constructor(private readonly of: ProcessOptions) {
    this.start();
    this.planKill();
  }

  ask(who: Subject, ask: Ask<Command>, reply: (answer: Answer) => void): void {
    if (this.process?.isOpen === true) this.process.ask(who, ask, reply);
  }

  join(screen: Receiver): void {
    if (this.process?.isOpen === true) this.process.join(screen);
  }

  rest(): void {
    this.calm = true;
  }

  private start(): void {
    const { onLog, onFault } = this.of;
    this.starts += 1;
    this.process = new Process(this.of, {
      died: () => this.end(false),
      ran: (command) => {
        if (this.setAside.has(command)) onFault('what was set aside was run again');
      },
      setAside: (command) => this.setAside.add(command),
    });
    const { log, committer } = this.process;
    onLog(log, committer.state);
    this.process.tick();
  }

  /** The process ends; the supervisor starts another. */
  private end(gently: boolean): void {
    if (this.process === null) return;
    if (!gently) this.kills += 1;
    const { loop, dice } = this.of;
    this.process.end(gently);
    this.process = null;
    loop.after(500 + dice(20_000), () => {
      if (!this.calm && dice(4) === 0) this.tamper();
      this.start();
    });
  }

  private planKill(): void {
    const { loop, dice } = this.of;
    loop.after(dice(120 * 60_000), () => {
      if (this.calm) return;
      if (!isSpared(loop.now, dice)) this.end(dice(4) === 0);
      this.planKill();
    });
  }

  /** Somebody changes the past by hand; the start must refuse, and the hand is undone. */
  private tamper(): void {
    const { directory, onFault, dice } = this.of;
    const database = new Database(`${directory}/log.db`);
    const row = database
      .prepare<[], { position: number; occurred_at: number; trigger: string }>(
        `SELECT position, occurred_at, (SELECT sql FROM sqlite_schema WHERE name = 'event_fixed')
         AS trigger FROM event ORDER BY position DESC LIMIT 1 OFFSET ${dice(5)}`,
      )
      .get();
    if (row === undefined) return void database.close();
    this.tampered += 1;
    const set = database.prepare('UPDATE event SET occurred_at = ? WHERE position = ?');
    const change = (at: number): void => {
      database.exec('DROP TRIGGER event_fixed');
      set.run(at, row.position);
      database.exec(row.trigger);
    };
    change(row.occurred_at + 1);
    if (this.opens()) onFault('a changed past was not noticed');
    change(row.occurred_at);
    database.close();
  }

  /** Whether the log can be opened as it lies there. */
  private opens(): boolean {
    const nothing = (): void => undefined;
    try {
      const hooks = { died: nothing, ran: nothing, setAside: nothing };
      new Process({ ...this.of, onLog: nothing }, hooks).end(false);
      return true;
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if (code !== 'log.chainBroken') throw error;
      return false;
    }
  }
}
