// What others have kept of a log: signed checkpoints, and events.
import { claimOf, entriesOf, Failure, printOf } from './format.mjs';

/** Hashes by the numbers of their events, in pages: a million of them take 32 MB. */
export class Hashes {
  static PAGE = 1024;
  pages = new Map();
  count = 0;
  first = Infinity;
  last = 0;

  placeOf(seq) {
    const index = (seq - 1) % Hashes.PAGE;
    return { page: (seq - 1 - index) / Hashes.PAGE, at: index * 32 };
  }

  set(seq, hash) {
    const { page, at } = this.placeOf(seq);
    if (!this.pages.has(page)) this.pages.set(page, Buffer.alloc(Hashes.PAGE * 32));
    hash.copy(this.pages.get(page), at, 0, 32);
    this.count += 1;
    this.first = Math.min(this.first, seq);
    this.last = Math.max(this.last, seq);
  }

  get(seq) {
    if (!(Number.isSafeInteger(seq) && seq >= this.first && seq <= this.last)) return undefined;
    const { page, at } = this.placeOf(seq);
    const hash = this.pages.get(page)?.subarray(at, at + 32);
    return hash?.some((byte) => byte !== 0) ? hash : undefined;
  }
}

/** What the log is held against: signed claims, and what others have kept, by stream. */
export class Sources {
  claims = new Map();
  kept = new Map();
  faults = [];
  strange = 0;
  seen = new Set();

  constructor(keys) {
    this.keys = keys;
  }

  async read(file, isLog) {
    for await (const entry of entriesOf(file, ({ centre }) => this.hold(file, centre))) {
      if (entry.checkpoint !== undefined) this.claim(entry.checkpoint, isLog);
      else if (!isLog) this.keep(file, entry);
    }
  }

  hold(file, centre) {
    if (this.keys[0].name === `dawr/${centre}`) return;
    this.faults.push(`${file} says that it is of the centre ${centre}, and the key is of another`);
  }

  claim(checkpoint, isLog) {
    if (this.seen.has(checkpoint)) return;
    this.seen.add(checkpoint);
    const claim = this.keys.flatMap((key) => claimOf(checkpoint, key) ?? [])[0];
    if (claim === undefined) {
      this.strange += 1;
      return;
    }
    if (!this.claims.has(claim.stream)) this.claims.set(claim.stream, []);
    this.claims.get(claim.stream).push({ ...claim, isLog });
  }

  keep(file, event) {
    const { stream, seq } = event;
    if (!Number.isSafeInteger(seq) || seq < 1) {
      throw new Failure(`${file} cannot be read (an event of it has no number).`);
    }
    const files = this.kept.get(stream) ?? new Map();
    if (!files.has(file)) files.set(file, new Hashes());
    files.get(file).set(seq, printOf(event));
    this.kept.set(stream, files);
  }

  /** Smallest first. */
  claimsOf(stream) {
    return [...(this.claims.get(stream) ?? [])].sort((a, b) => a.size - b.size);
  }

  keptOf(stream) {
    const files = [...(this.kept.get(stream) ?? [])];
    return files.map(([file, prints]) => ({ file, prints, alike: 0, differs: false }));
  }
}
