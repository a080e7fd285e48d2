import { DEFAULT_DESIGN, type PaperDesign } from '../../core/design.js';

const UNDO_MAX = 50;

/** How papers shall look, while a manager changes it. */
export class Draft {
  design = $state.raw<PaperDesign>(DEFAULT_DESIGN);
  private past = $state.raw<readonly PaperDesign[]>([]);
  private saved = $state.raw<PaperDesign>(DEFAULT_DESIGN);

  constructor(design: PaperDesign) {
    this.design = design;
    this.saved = design;
  }

  get isChanged(): boolean {
    return JSON.stringify(this.design) !== JSON.stringify(this.saved);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  change(part: Partial<PaperDesign>): void {
    this.past = [...this.past, this.design].slice(-UNDO_MAX);
    this.design = { ...this.design, ...part };
  }

  undo(): void {
    const before = this.past.at(-1);
    if (before === undefined) return;
    this.past = this.past.slice(0, -1);
    this.design = before;
  }

  /** As it was before anybody chose anything; the logo and the note are the centre's own. */
  reset(): void {
    this.change({ ...DEFAULT_DESIGN, logo: this.design.logo, note: this.design.note });
  }

  /** The server holds it now. */
  hold(design: PaperDesign): void {
    this.saved = design;
  }
}
