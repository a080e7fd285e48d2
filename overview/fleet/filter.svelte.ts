import type { Shown, SortName } from './lines.js';

/** Which centres are listed, and in which order. */
export class Filter {
  text = $state('');
  /** All for `''`. */
  governorate = $state('');
  shown = $state<Shown>('all');
  sort = $state<SortName>('state');
  reversed = $state(false);

  /** The same column again turns the order round. */
  by(sort: SortName): void {
    this.reversed = this.sort === sort && !this.reversed;
    this.sort = sort;
  }

  clear(): void {
    this.text = '';
    this.governorate = '';
    this.shown = 'all';
  }
}
