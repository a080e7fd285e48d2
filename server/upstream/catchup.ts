import { keptSecret, LINK_KEY } from '../log/keys.js';
import { Copy } from '../log/copy.js';
import type { Log } from '../log/log.js';
import type { CatchUp } from '../log/restore.js';
import { TicketLinks } from '../access/link.js';
import { answerTo } from '../hub/answer.js';
import { join } from '../../node/forward/enrol.js';
import { ownOf } from './own.js';
import { fetchTail, type Source } from './tail.js';
import type { Configuration } from '../../core/configuration.js';

/** Whom a log's end is asked of, and who is told. */
export interface Asking {
  readonly sources: readonly Source[];
  readonly centre: Pick<Configuration['centre'], 'id' | 'name' | 'zone'>;
  /** An operator's code with which the centre enrols anew first, and where. */
  readonly enrolment: { readonly source: Source; readonly code: string } | null;
  readonly say: (line: string) => void;
}

/** An opened log that takes another's rows; nothing else may write to it meanwhile. */
export const copyOf = (log: Log): Copy => {
  const { directory, configurations } = log;
  const links = new TicketLinks(keptSecret(directory, LINK_KEY));
  return new Copy({ ...log, answerTo: answerTo(links, configurations) });
};

const events = (count: number): string => `${count} event${count === 1 ? '' : 's'}`;

/** Fetches what the upstreams have of the log beyond its end, and says what came of it. */
export const catchUpFrom =
  ({ sources, centre, enrolment, say }: Asking): CatchUp =>
  async (log) => {
    const { directory } = log;
    if (enrolment !== null) {
      const { source, code } = enrolment;
      const place = { directory, upstreamId: source.id, way: source.way };
      await join(place, ownOf(directory, centre), code);
    }
    const copy = copyOf(log);
    const { fetched, away } = await fetchTail(copy, sources, { directory, centreId: centre.id });
    for (const { id, why } of away) say(`the data centre ${id} could not be reached (${why})`);
    if (fetched === null) {
      say('nobody could be asked for what came after: it is lost, and series jump far ahead');
      return null;
    }
    const { id, events: count, skip } = fetched;
    if (count > 0 && skip !== null) say(`${events(count)} lost here came from ${id}`);
    else if (skip !== null) say(`nothing was lost that ${id} has`);
    else say(`${id} has no more than what was saved: what came after is lost`);
    return skip;
  };
