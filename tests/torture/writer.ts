import { appendFileSync, closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../../core/protocol/commands.js';
import type { Answer } from '../../core/protocol/wire.js';
import type { AnswerOf } from '../../server/log/writer.js';
import { storeConfiguration } from '../../server/log/log.js';
import { hallConfiguration } from '../fixtures/board.js';
import { HandTime, LoggedHall } from '../fixtures/log.js';

/**
 * A hall that is made to be killed: it takes tickets in groups and tells each answer on a line of
 * its own, `<request> <answer>`, once it is due to the visitor.
 * Arguments: directory, file for the answers (`-` for the output), name of this round, groups,
 * `full` or `normal` (how SQLite syncs), and the requests of an earlier round to send again.
 */
const [directory, answers, round, groups, sync, ...again] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  ...string[],
];

const SERVICES = ['site-validity', 'shop-licence', 'rent-payment', 'reconciliation'];
const GROUP_MAX = 6;
/** Small, so that the write-ahead log is folded into the file many times in a short run. */
const CHECKPOINT_PAGES = 60;

const configuration = (): ReturnType<typeof hallConfiguration> => {
  const base = hallConfiguration();
  return { ...base, categories: base.categories.map((category) => ({ ...category, max: 9999 })) };
};

const withTicket: AnswerOf = (state, _, events) => {
  const issued = events.find((event) => event.type === 'ticket.issued');
  const done = { done: true, seq: state.seq } as const;
  return issued ? { ...done, ticketId: issued.ticketId } : done;
};

/** The same request is always for the same service. */
const ticketOf = (request: string): Command => ({
  type: 'takeTicket',
  services: [SERVICES[request.length % SERVICES.length]!],
  classId: '',
  language: 'ar',
});

const out = answers === '-' ? 1 : openSync(answers, 'a');
const tell = (request: string, answer: Answer): void => {
  writeSync(out, `${request} ${JSON.stringify(answer)}\n`);
};

const time = new HandTime();
const hall = new LoggedHall({ directory, answerOf: withTicket }, time);
const { database } = hall.log;
database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
if (sync === 'normal') database.pragma('synchronous = NORMAL');
if (hall.committer.state.seq === 0) {
  const hash = storeConfiguration(database, configuration());
  await hall.done({ type: 'startLog', centreId: 'hall', configuration: hash, training: false });
  await hall.done({ type: 'openDay' });
}

const send = async (requests: readonly string[]): Promise<Answer[]> => {
  const group = requests.map((requestId) => hall.send(ticketOf(requestId), { requestId }));
  hall.turn();
  const answered = await Promise.all(group);
  answered.forEach((answer, index) => tell(requests[index]!, answer));
  return answered;
};

await send(again);
for (let group = 0; group < Number(groups); group++) {
  time.pass(20);
  const size = 1 + (group % GROUP_MAX);
  const requests = Array.from({ length: size }, (_, i) => `${round}-${group}-${i}`);
  const answered = await send(requests);
  for (const [i, answer] of answered.entries()) {
    if (!('done' in answer) || answer.ticketId === undefined) continue;
    const { ticketId } = answer;
    void hall.send({ type: 'leave', ticketId }, { requestId: `leave-${requests[i]!}` });
  }
}
if (out !== 1) {
  fsyncSync(out);
  closeSync(out);
}
appendFileSync(join(directory, 'finished'), `${round}\n`);
process.kill(process.pid, 'SIGKILL');
