import { genesis, hashOf, printOf, Tree } from './format.mjs';
import { Hashes } from './sources.mjs';

/** One stream, event by event. */
export class Stream {
  tree = new Tree();
  faults = [];
  held = 0;
  heldSize = 0;
  last = undefined;
  hashes = new Hashes();
  isOrdered = true;
  /** The stream that follows it, if a restore ended it. */
  next = undefined;

  constructor(id, sources) {
    this.id = id;
    this.claims = sources.claimsOf(id);
    this.kept = sources.keptOf(id);
    this.previous = genesis(id);
  }

  wrong(where, what) {
    this.faults.push(`stream ${this.id}, ${where}: ${what}`);
  }

  take(event) {
    const { seq } = event;
    const where = `event ${seq}`;
    const expected = (this.last?.seq ?? 0) + 1;
    if (seq !== expected) {
      this.isOrdered = false;
      const missing = `events ${expected} to ${seq - 1} are missing before it`;
      this.wrong(where, seq > expected ? missing : `stands where ${expected} should`);
    } else this.follow(event, where);
    this.fits(event, where);
    this.compare(event, where);
    this.previous = Buffer.from(String(event.hash), 'hex');
    this.last = event;
    this.tree.add(this.previous);
    this.hashes.set(this.tree.size, this.previous);
    if (this.isOrdered) this.hold();
  }

  follow(event, where) {
    if (hashOf(this.previous, event).toString('hex') === event.hash) return;
    this.wrong(where, 'was changed, or what stands before it: its hash is another');
  }

  /** The last event, if it is not the last of its command. */
  get open() {
    return this.last?.part < this.last?.parts ? this.last : undefined;
  }

  /** The events of one command follow one another, all of them. */
  fits({ part, parts, request }, where) {
    const { open } = this;
    const wanted = open === undefined ? 1 : open.part + 1;
    const isOther = open !== undefined && (request !== open.request || parts !== open.parts);
    if (part !== wanted || part > parts || isOther) {
      this.wrong(where, 'the events of a command are not together');
    }
  }

  /**
   * Whether a restore ended it: what it had beyond that was put aside, and may be kept elsewhere.
   * A stream to follow it can be made up by whoever cuts, so that must be signed, or kept too.
   */
  get isEnded() {
    return this.next?.held > 0 || this.next?.kept.some(({ alike }) => alike > 0) === true;
  }

  /** Names the first that each of the others has otherwise. */
  compare(event, where) {
    for (const kept of this.kept) {
      const print = kept.prints.get(event.seq);
      if (print === undefined) continue;
      if (print.equals(printOf(event))) kept.alike += 1;
      else if (!kept.differs) {
        kept.differs = true;
        this.wrong(where, `is another than in ${kept.file}`);
      }
    }
  }

  hold() {
    while (this.claims[0]?.size === this.tree.size) {
      const { size, root } = this.claims.shift();
      if (root.equals(this.tree.root())) {
        this.held += 1;
        this.heldSize = size;
      } else {
        this.wrong(`events ${this.heldSize + 1} to ${size}`, 'are not those that were signed');
      }
    }
  }

  end() {
    const count = this.tree.size;
    if (this.open !== undefined) this.wrong('end', 'its last command is only partly there');
    for (const { file, prints } of this.kept) {
      if (prints.last <= count || this.isEnded) continue;
      const from = Math.max(count + 1, prints.first);
      const more = `${file}, which has events ${from} to ${prints.last}`;
      this.wrong('end', `cut, unless this log was written before ${more}`);
    }
    for (const { size, isLog } of this.claims) {
      if (size > count && !isLog && this.isEnded) continue;
      if (size > count) {
        this.wrong('end', `cut: a checkpoint was signed for ${size} events, and ${count} are here`);
      } else this.wrong(`checkpoint of ${size}`, 'proves nothing, for events are not in order');
    }
  }

  words() {
    const free = this.tree.size - this.heldSize;
    const rest = free === 0 ? '' : `; its last ${free} rest on no checkpoint`;
    return `stream ${this.id}: ${this.tree.size} events, ${this.held} checkpoints hold${rest}`;
  }

  /** What each of the others has of it. */
  shared({ file, prints, alike }) {
    const aside = this.isEnded ? prints.last - this.tree.size : 0;
    const more = aside > 0 ? `, and ${aside} more, put aside by a restore` : '';
    return `stream ${this.id}: ${file} has ${alike} of these events, alike${more}`;
  }
}
