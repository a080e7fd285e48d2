import type { AuditLine, CentreLine } from '../../core/protocol/overview.js';
import { governorateName } from '../../web/office/governorates.js';
import type { Words } from '../../web/words.svelte.js';

/** To what something was done, in words; what has none is shown as it was written down. */
export const subjectOf = (
  words: Words,
  { action, subject }: Pick<AuditLine, 'action' | 'subject'>,
  lines: readonly CentreLine[],
): string => {
  const known = new Map(lines.map(({ centreId, name }) => [centreId, words.pick(name)]));
  const nameOf = (id: string): string => known.get(id) ?? id;
  const [first = '', second = ''] = subject.split(' ');
  switch (action) {
    case 'alarm.cleared':
    case 'alarm.reopened':
      return [nameOf(first), words.t(`alarm.${second}`)].join(' · ');
    case 'legs.exported': {
      const [from = '', to = ''] = first.split('/');
      const place = words.pick(governorateName(second));
      const where = second === 'all' ? words.t('export.all') : (known.get(second) ?? place);
      return [
        words.t('audit.days', { from: words.figures(from), to: words.figures(to) }),
        where,
      ].join(' · ');
    }
    case 'relay.code':
      return [first, words.pick(governorateName(second))].join(' · ');
    case 'account.added':
    case 'account.changed': {
      const [id = '', role = '', ...scope] = subject.split(' ');
      const all = words.t('accounts.all');
      const places = scope.map((one) => (one === '*' ? all : words.pick(governorateName(one))));
      return [id, words.t(`accounts.${role}`), words.list(places)].join(' · ');
    }
    default:
      return action.startsWith('centre.') ? nameOf(first) : subject;
  }
};
