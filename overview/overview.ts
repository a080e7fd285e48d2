import { getContext, setContext } from 'svelte';
import type { Account, FleetAnswer } from '../core/protocol/overview.js';
import type { List } from './fleet/lines.js';
import type { Fresh } from './fresh.svelte.js';
import type { Office } from './office.js';
import type { Place } from './place.js';

/** What every page shows and asks. Its members change: read them late. */
export interface Overview {
  readonly account: Account;
  readonly place: Place;
  /** The list of centres as it was seen last. */
  readonly list: List;
  readonly office: Office;
  readonly fleet: Fresh<FleetAnswer>;
  /** The session is over: whoever is there signs in anew, and comes back to this place. */
  readonly ended: () => void;
  /** `instead`: of the place that one leaves, to which nobody goes back. */
  readonly go: (place: Place, how?: { readonly instead: boolean }) => void;
}

const KEY = Symbol('overview');

/** To be called in the root component of the pages, while it is initialised. */
export const setOverview = (overview: Overview): Overview => setContext(KEY, overview);
export const useOverview = (): Overview => getContext<Overview>(KEY);
