import type { Shown, SortName } from './lines.js';

/** So many lines are shown at first, and so many more each time the end comes near. */
export const LINES_STEP = 60;

/** Which centres are listed, and in which order. */
export class Filter {
  text = $state('');
  /** All for `''`. */
  governorate = $state('');
  shown = $state<Shown>('all');
  sort = $state<SortName>('state');
  reversed = $state(false);
  /** How many are shown. */
  lines = $state(LINES_STEP);

  /** The same column again turns the order round. */
  by(sort: SortName): void {
    this.reversed = this.sort === sort && !this.reversed;
    this.sort = sort;
    this.lines = LINES_STEP;
  }

  clear(): void {
    this.text = '';
    this.governorate = '';
    this.shown = 'all';
    this.lines = LINES_STEP;
  }
}
