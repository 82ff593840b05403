/**
 * What a heatmap loads only when it is asked for: the panel of tools, the table, files, the search for what is alike. Holds
 * what they need from one use to the next.
 */
import { adoptStyles, type CSSResultOrNative, type ReactiveController } from 'lit';
import type { AlikeAnswer } from './alike';
import { AlikeFindEvent } from './heatmap_events';
import type * as Panel from './heatmap_panel';
import type { HeatmapProperties } from './heatmap_properties';
import type * as Table from './heatmap_table';
import type { Matrix } from './matrix';
import { sameSelection, type Selection } from './selection';
import type { ShownMatrix } from './shown_matrix';

export class HeatmapTools implements ReactiveController {
  panel: typeof Panel | undefined;
  table: typeof Table | undefined;
  /** Where the first row and column of the table are. */
  tableCorner = { row: 0, column: 0 };
  /** What was found alike, and for what question. */
  alike: (AlikeAnswer & { readonly matrix: Matrix; readonly selection: Selection; readonly threshold: number }) | undefined;
  /** The threshold that the reader set; undefined for the one that follows from the range. */
  threshold: number | undefined;
  /** Whether saving takes all of the matrix, or what is in sight, and how large. */
  part: 'all' | 'seen' = 'all';
  scale = 2;
  /** What went wrong, or was done, in words. */
  note = '';

  readonly #loading = new Set<string>();
  #styles: readonly CSSResultOrNative[] = [];

  /**
   * @param styles - the element's own
   * @param changed - called when something was loaded or done
   */
  constructor(
    private readonly host: HeatmapProperties,
    private readonly shown: ShownMatrix,
    private readonly styles: readonly CSSResultOrNative[],
    private readonly changed: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('hashchange', this.#followAddress);
    this.#followAddress();
  }

  hostDisconnected(): void {
    removeEventListener('hashchange', this.#followAddress);
  }

  /** Loads what the properties ask for; once. */
  load(): void {
    if (this.host.tools === 'open' && !this.host.lane) this.#load('panel', () => import('./heatmap_panel'), (panel) => (this.panel = panel));
    if (this.host.table) this.#load('table', () => import('./heatmap_table'), (table) => (this.table = table));
  }

  readonly toggle = (): void => {
    this.host.tools = this.host.tools === 'open' ? 'closed' : 'open';
  };

  /** Says what was done, or could not be. */
  tell(note: string): void {
    this.note = note;
    this.changed();
  }

  /** What was found alike to what is still selected and shown. */
  alikeTo(selection: Selection): HeatmapTools['alike'] {
    const { alike } = this;
    return alike && alike.matrix === this.shown.matrix && sameSelection(alike.selection, selection) ? alike : undefined;
  }

  /** Looks for other places where the selected rows do the same; undefined without a picture or a span of columns. */
  async findAlike(selection: Selection, threshold: number): Promise<AlikeAnswer | undefined> {
    const { matrix } = this.shown;
    const { columns: span } = selection;
    if (!matrix || !span) return undefined;
    const [{ findAlike }, at] = await Promise.all([import('./alike'), this.shown.entries ?? matrix.read()]);
    const answer = findAlike({ at, rows: matrix.rows, columns: matrix.columns, chosen: selection.rows, span, threshold });
    if (this.shown.matrix === matrix) this.alike = { ...answer, matrix, selection, threshold };
    this.changed();
    return answer;
  }

  /** The same, for the reader. */
  async findAlikeForReader(selection: Selection, threshold: number): Promise<void> {
    const answer = await this.findAlike(selection, threshold);
    if (answer) this.host.dispatchEvent(new AlikeFindEvent({ spans: answer.spans.map(({ span }) => span), rows: answer.rows }));
  }

  #load<Module extends { readonly styles: CSSResultOrNative }>(name: string, module: () => Promise<Module>, loaded: (module: Module) => void): void {
    if (this.#loading.has(name)) return;
    this.#loading.add(name);
    module().then(
      (found) => {
        loaded(found);
        this.#adopt(found.styles);
      },
      () => {
        this.#loading.delete(name);
        if (name === 'table') this.host.table = false;
        else this.host.tools = 'closed';
        this.tell(`The ${name} could not be loaded; look whether this page is still online, and try again.`);
      },
    );
  }

  readonly #followAddress = (): void => {
    if (!this.host.permalink || !this.host.id || !location.hash.includes('heatmap.')) return;
    void import('./take_away/view_link').then(({ showLinked }) => showLinked(this.host, location.hash));
  };

  #adopt(styles: CSSResultOrNative): void {
    this.#styles = [...this.#styles, styles];
    adoptStyles(this.host.shadowRoot!, [...this.styles, ...this.#styles]);
    this.changed();
  }
}
