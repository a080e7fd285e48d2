import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashOf } from '../../chain/chain.js';
import { signNote } from '../../chain/note.js';
import { Tree } from '../../chain/tree.js';
import { EXIT } from '../../node/misuse.js';
import { signerIn } from '../../server/log/signer.js';
import {
  check,
  data,
  events,
  exportLog,
  folder,
  isNote,
  log,
  out,
  rewritten,
  run,
  streams,
  withMore,
  type EventLine,
  type Line,
  type NoteLine,
} from './exported.js';

let key = '';
let head = '';
let lines: readonly Line[] = [];
beforeAll(async () => {
  await exportLog();
  ({ key, head, lines } = log());
});
afterAll(() => folder.remove());

/** Another export of these lines, as somebody else keeps it. */
const keptOf = (own: readonly Line[], centre = head): string => {
  const file = join(folder.path, 'kept.jsonl');
  writeFileSync(file, [centre, ...own.map((line) => JSON.stringify(line)), ''].join('\n'));
  return file;
};
const sizeOf = ({ checkpoint }: NoteLine): number => Number(checkpoint.split('\n')[1]);
/** Without the checkpoints of the last stream from this size on, nor its events from `seq` on. */
const upTo = (own: readonly Line[], size: number, seq = Infinity): Line[] => {
  const [, last] = streams();
  return own.filter((line) => {
    if (!isNote(line)) return line.stream !== last || line.seq < seq;
    return !line.checkpoint.includes(`/${last}\n`) || sizeOf(line) < size;
  });
};

test('events that rest on no checkpoint are held against those that another has kept', () => {
  const [first, last] = streams();
  const { length } = events().filter(({ stream }) => stream === last);
  const kept = keptOf(upTo(lines, length - 2));
  const changed = upTo(rewritten(last!, length - 2, withMore), length - 2);
  expect(check(changed).code).toBe(EXIT.done);
  const { code, text } = check(changed, key, '--checkpoints', kept);
  expect(text).toContain(`WRONG stream ${last}, event ${length - 2}: is another than in ${kept}`);
  expect(text.match(/is another/g)).toHaveLength(1);
  expect(code).toBe(EXIT.found);
  const whole = check(lines, key, '--checkpoints', kept);
  expect(whole).toMatchObject({ code: EXIT.done });
  expect(whole.text).toContain(`stream ${last}: ${kept} has ${length} of these events, alike`);
  keptOf(lines.filter((line) => isNote(line) || (line.stream === first && line.seq > 9)));
  expect(check(lines, key, '--checkpoints', kept)).toMatchObject({ code: EXIT.done });
});

test('what changed in the kept file itself is another event, though its hash was left', () => {
  const own = lines.map((line) =>
    !isNote(line) && line.seq === 3 ? { ...line, body: withMore(String(line['body'])) } : line,
  );
  const { code, text } = check(lines, key, '--checkpoints', keptOf(own));
  expect([code, text]).toEqual([EXIT.found, expect.stringMatching(/event 3: is another than in/)]);
});

test('events that another has kept and that are not here are missed, from the first', () => {
  const [, last] = streams();
  const kept = keptOf(lines);
  const { code, text } = check(upTo(lines, 12, 12), key, '--checkpoints', kept);
  expect([code, text]).toEqual([
    EXIT.found,
    expect.stringMatching(
      new RegExp(`${last}, end: cut, .*kept.jsonl, which has events 12 to \\d+`),
    ),
  ]);
  keptOf(lines.filter((line) => !isNote(line)));
  const short = upTo(lines, 1, 1);
  const none = check(short, key, '--checkpoints', kept);
  expect(none.code).toBe(EXIT.found);
  expect(none.text).toMatch(
    new RegExp(`${last}: cut: .*kept.jsonl has \\d+ events of it, and none`),
  );
});

test('what a restore put aside may be kept above, with its checkpoints', () => {
  const [first] = streams();
  const { length } = events().filter(({ stream }) => stream === first);
  const ofFirst = lines.filter((line): line is EventLine => !isNote(line) && line.stream === first);
  const row: EventLine = {
    ...ofFirst.at(-1)!,
    seq: length + 1,
    part: 1,
    parts: 1,
    request: 'more',
  };
  const previous = Buffer.from(ofFirst.at(-1)!.hash, 'hex');
  const hash = hashOf(previous, { ...row, body: Buffer.from(String(row['body'])) } as never);
  const tree = Tree.empty();
  for (const each of ofFirst) tree.append(Buffer.from(each.hash, 'hex'));
  tree.append(hash);
  const signer = signerIn(data, key.split('+')[0]!.slice('dawr/'.length));
  const root = tree.root().toString('base64');
  const note = signNote(`${signer.name}/${first}\n${length + 1}\n${root}\n`, signer);
  const kept = [...ofFirst, { ...row, hash: hash.toString('hex') }, { checkpoint: note }];
  const { code, text } = check(lines, key, '--checkpoints', keptOf(kept));
  expect([code, text]).toEqual([
    EXIT.done,
    expect.stringMatching(/1 more, put aside by a restore/),
  ]);
  expect(check([...lines, { checkpoint: note }]).code).toBe(EXIT.found);
  const unsigned = check(upTo(lines, 1), key, '--checkpoints', keptOf(kept));
  expect(unsigned).toMatchObject({ code: EXIT.found });
});

test('a log that says that it is of another centre than its key is not whole', () => {
  const file = join(folder.path, 'changed.jsonl');
  const other = head.replace(/"centre":"[^"]*"/, '"centre":"elsewhere"');
  writeFileSync(file, readFileSync(out, 'utf8').replace(head, other));
  const { code, text } = run(file, '--key', key);
  expect(text).toContain('says that it is of the centre elsewhere');
  expect(code).toBe(EXIT.found);
  expect(check(lines, key, '--checkpoints', keptOf(lines, other)).code).toBe(EXIT.found);
});
