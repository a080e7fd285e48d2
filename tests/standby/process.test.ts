import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BoardView, KioskView } from '../../core/protocol/views.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { Answer } from '../../core/protocol/wire.js';
import { programOf, PROJECT } from '../../node/place.js';
import { eventOf } from '../../chain/chain.js';
import { connect, LOG_FILE } from '../../server/log/database.js';
import { rowsFrom } from '../../server/log/read.js';
import { verify } from '../../server/log/verify.js';
import { projectors } from '../../server/projectors.js';
import { openPage, Screen, type Jar } from '../play/client.js';
import { freePort } from '../port.js';

/** Takes longer than any test's own wait: three programs start, one after the other. */
const LIMIT_MS = 120_000;
const BOARD = 'hall-1';

let folder = '';
const children: ChildProcess[] = [];
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dawr-hall-'))));
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
});

type Told = { readonly url?: string; readonly why?: string };
const hall = async (port: number, standby: string): Promise<[ChildProcess, Told]> => {
  const args = [join(folder, 'server'), String(port), standby];
  const child = fork(programOf('tests/standby/hall.js'), args);
  children.push(child);
  const [told] = (await once(child, 'message')) as [Told];
  return [child, told];
};

/** One of the commands as a person gives it; its output so far, until it says something. */
class Program {
  readonly child: ChildProcess;
  said = '';

  constructor(...args: string[]) {
    const main = programOf('server/main.js');
    this.child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, DAWR_LOG: 'silent' },
    });
    children.push(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => (this.said += bytes.toString('utf8')));
    }
  }

  async says(words: RegExp): Promise<RegExpExecArray> {
    await expect.poll(() => this.said, { timeout: 60_000 }).toMatch(words);
    return words.exec(this.said)!;
  }

  async ended(): Promise<number> {
    const { child } = this;
    if (child.exitCode === null) await once(child, 'exit');
    return child.exitCode!;
  }
}

const fileWith = (name: string, server: object): string => {
  const demo = readFileSync(join(PROJECT, 'firmware-config/centres/demo/centre.json'), 'utf8');
  const { server: _, ...centre } = JSON.parse(demo) as {
    server?: object;
    services: { id: string }[];
  };
  const file = join(folder, `${name}.json`);
  const own = { data: join(folder, name), voice: join(folder, 'no-voice'), ...server };
  writeFileSync(file, JSON.stringify({ ...centre, server: own }));
  return file;
};

const kiosk = async (url: string, jar: Jar): Promise<Screen<KioskView>> => {
  const screen = new Screen<KioskView>(url, 'kiosk', { deviceId: 'k1', jar });
  await screen.ready();
  return screen;
};

const tickets = (data: string) => {
  const database = connect(join(folder, data, LOG_FILE), { readonly: true });
  try {
    const rows = [...rowsFrom(database)].map(eventOf);
    return rows.flatMap((event) => (event.type === 'ticket.issued' ? [event] : []));
  } finally {
    database.close();
  }
};

test(
  '[STANDBY-3] [STANDBY-6] a server that is killed is succeeded by its standby',
  async () => {
    const [port, next] = [await freePort(), await freePort()];
    const standbyUrl = `http://127.0.0.1:${next}`;
    const file = fileWith('standby', { port: next });
    const standby = new Program('standby', '--config', file);
    const [, code = ''] = await standby.says(/--code (\S+)/);
    const [server, { url = '' }] = await hall(port, standbyUrl);
    const serverFile = fileWith('server', { port, standby: { url: standbyUrl } });
    const joined = new Program(
      ...['join', '--config', serverFile, '--upstream', 'standby', '--code', code],
    );
    expect(await joined.ended(), joined.said).toBe(0);

    const jar = await openPage(url, 'kiosk', 'k1');
    const first = await kiosk(url, jar);
    const boardJar = await openPage(url, 'board', BOARD);
    const [{ id: service }] = (
      JSON.parse(readFileSync(file, 'utf8')) as { services: [{ id: string }] }
    ).services;
    const take = { type: 'takeTicket', services: [service], language: 'ar' };
    const answers: Answer[] = [];
    for (let i = 0; i < 30; i += 1) answers.push(await first.ask(take));
    // The copy has all of it, and the device that came last.
    await expect.poll(() => tickets('standby').length, { timeout: 30_000 }).toBe(answers.length);
    const hasBoard = (): boolean => {
      const database = connect(join(folder, 'standby', LOG_FILE), { readonly: true });
      const found = database.prepare('SELECT 1 FROM device_token WHERE device = ?').get(BOARD);
      database.close();
      return found !== undefined;
    };
    await expect.poll(hasBoard, { timeout: 30_000 }).toBe(true);

    const early = new Program('take-over', '--config', file);
    expect(await early.ended()).toBe(1);
    expect(early.said).toContain('The server still serves');
    server.kill('SIGKILL');
    await once(server, 'exit');
    first.close();

    // For as long as the server may just be slow, the answer is no.
    let late = early;
    for (let code = 1; code === 1 && late.said.includes('it was heard');) {
      late = new Program('take-over', '--config', file);
      code = await late.ended();
    }
    expect(await late.ended(), late.said).toBe(0);
    expect(late.said).toContain(`Dawr is ready`);
    const given = answers.flatMap((answer) => (isRefusal(answer) ? [] : [answer.ticketId]));
    expect(tickets('standby').map(({ ticketId }) => ticketId)).toEqual(given);
    // Devices come with the tokens that they had.
    const again = await kiosk(standbyUrl, jar);
    const board = new Screen<BoardView>(standbyUrl, 'board', { deviceId: BOARD, jar: boardJar });
    await board.ready();
    expect(isRefusal(await again.ask(take))).toBe(false);
    const numbers = tickets('standby').map(({ seriesId, number }) => `${seriesId} ${number}`);
    expect(new Set(numbers).size).toBe(given.length + 1);
    again.close();
    board.close();

    const [, back] = await hall(port, standbyUrl);
    expect(back.why).toContain('took over from this server on');
    standby.child.kill('SIGTERM');
    expect(await standby.ended()).toBe(0);
    const restarted = new Program('standby', '--config', file);
    await restarted.says(/Dawr is ready.*this standby took over on/);
    const copy = connect(join(folder, 'standby', LOG_FILE), { readonly: true });
    expect(verify(copy, { projectors }).problems).toEqual([]);
    copy.close();
  },
  LIMIT_MS,
);
