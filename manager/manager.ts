import { getContext, setContext } from 'svelte';
import type { Configuration, Millis } from '../core/configuration.js';
import type { ManagerAsk } from '../core/protocol/commands.js';
import type { ManagerView } from '../core/protocol/views.js';
import type { Catalogue } from '../web/catalogue.svelte.js';
import type { Outcome } from '../web/outbox.js';
import type { Office } from './office.js';

/** What every part of a manager's page shows and asks. Its members change: read them late. */
export interface Manager {
  readonly view: ManagerView;
  readonly configuration: Configuration;
  readonly catalogue: Catalogue;
  readonly now: Millis;
  readonly ask: (command: ManagerAsk) => Promise<Outcome>;
  readonly office: Office;
}

const KEY = Symbol('manager');

/** To be called in the root component of the page, while it is initialised. */
export const setManager = (manager: Manager): Manager => setContext(KEY, manager);
export const useManager = (): Manager => getContext<Manager>(KEY);
