/** Arabic and English cardinals, for Safari 12, which has no plural rules. Whole numbers only. */
export class Plurals {
  readonly #arabic: boolean;

  constructor(locales: string | readonly string[]) {
    this.#arabic = String(locales).startsWith('ar');
  }

  select(n: number): Intl.LDMLPluralRule {
    if (!this.#arabic) return n === 1 ? 'one' : 'other';
    const rest = n % 100;
    if (n === 0) return 'zero';
    if (n === 1) return 'one';
    if (n === 2) return 'two';
    if (rest >= 3 && rest <= 10) return 'few';
    return rest >= 11 ? 'many' : 'other';
  }
}
