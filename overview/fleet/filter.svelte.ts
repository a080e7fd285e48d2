import { ALL, type List, type Shown, type SortName } from './lines.js';

/** So many lines are shown at first, and so many more each time the end comes near. */
export const LINES_STEP = 60;

/** Which centres are listed, and in which order: as the page's address says. */
export class Filter {
  /** How many are shown. */
  lines = $state(LINES_STEP);

  /** `typed`: not a step to go back to. */
  constructor(
    private readonly list: () => List,
    private readonly show: (list: List, typed: boolean) => void,
  ) {}

  get text(): string {
    return this.list().text;
  }
  set text(text: string) {
    this.change({ text }, true);
  }
  get governorate(): string {
    return this.list().governorate;
  }
  set governorate(governorate: string) {
    this.change({ governorate });
  }
  get shown(): Shown {
    return this.list().shown;
  }
  set shown(shown: Shown) {
    this.change({ shown });
  }
  get sort(): SortName {
    return this.list().sort;
  }
  set sort(sort: SortName) {
    this.change({ sort, reversed: false });
  }
  get reversed(): boolean {
    return this.list().reversed;
  }

  /** The same column again turns the order round. */
  by(sort: SortName): void {
    this.change({ sort, reversed: this.sort === sort && !this.reversed });
  }

  /** All centres, in the same order. */
  clear(): void {
    const { text, governorate, shown } = ALL;
    this.change({ text, governorate, shown });
  }

  private change(change: Partial<List>, typed = false): void {
    this.lines = LINES_STEP;
    this.show({ ...this.list(), ...change }, typed);
  }
}
