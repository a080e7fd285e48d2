import { governorateName } from '../../web/office/governorates.js';
import type { Scope } from '../../core/protocol/overview.js';
import type { Words } from '../../web/words.svelte.js';

/** Which centres an account sees, in words. */
export const scopeOf = (words: Words, scope: Scope): string =>
  scope === null
    ? words.t('accounts.all')
    : words.list(scope.map((id) => words.pick(governorateName(id))));
