import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Signal } from '../engine';
import { hidesElement, labelsAttribute, numberAttribute, optionalNumberAttribute, unitsAsHidden, valuesAttribute } from './attributes';
import { EntryFocusEvent } from './entry_focus_event';
import { exactNumber } from './exact_number';
import { placeAfterKey, placeWithin, samePlace, type Place } from './grid_keys';
import { captionFor, laneTitle } from './heatmap_caption';
import { HeatmapGeometry } from './heatmap_geometry';
import { columnHeader, entryName, gridName, rowLabels, tooltipFor } from './heatmap_labels';
import { expectedHeight, layoutFor } from './heatmap_layout';
import { progressOf } from './heatmap_progress';
import { heatmapStyles } from './heatmap_styles';
import type { Matrix } from './matrix';
import { MatrixSource } from './matrix_source';
import { ModelConnection } from './model_connection';
import { PageColours } from './page_colours';
import { PicturePainter, type Picture } from './paint/picture_painter';
import type { Scaling } from './range';
import type { RnnModel } from './rnn-model';
import type { DeviceChoice } from './shared_engine';
import { ShownMatrix } from './shown_matrix';
import { textWidth } from './text_width';

export { EntryFocusEvent } from './entry_focus_event';

/**
 * A matrix as a grid of colours: units down, time steps across. It draws one of three things: a signal of a network
 * of its own that reads `text`; a signal of the `<rnn-model>` that `for` names; or numbers given as `values`. Colours
 * stand for a range that the legend states; the value of an entry is told on hover, tap, focus and by arrow keys.
 *
 * Gradients (`d_h`, `d_c`, `d_x`, `d_a_` and a gate's letter) are those of one unit of the state after one step, and are
 * drawn by the logarithm of their size, on whole decades. `signal="attn"` of a layer of attention draws how much every word takes
 * from every word before it: words down, what they take from across. `signal="influence"` draws ‖∂h_t/∂x_s‖ for all pairs of steps of
 * a text of up to 256 words: states down, words across, one scale for all, with what is exactly 0 left empty.
 *
 * @fires {EntryFocusEvent} entry-focus - The pointer or a key moved to another entry.
 * @csspart base - Everything.
 * @csspart viewport - The part that scrolls when the matrix is larger than its room.
 * @csspart canvas - The drawing surface.
 * @csspart column-labels - The words above.
 * @csspart row-labels - The numbers of the units.
 * @csspart legend - The colours and the range they stand for.
 * @csspart caption - What is drawn, and what computed it.
 * @csspart tooltip - The value of an entry.
 * @csspart progress - How far a measurement is, and the button that cancels it.
 * @csspart empty - What is said when there is nothing to draw.
 * @cssproperty [--rnn-positive] - Colour of the range's upper end, on a signed scale.
 * @cssproperty [--rnn-negative] - Colour of its lower end.
 * @cssproperty [--rnn-zero] - Colour of 0 on a signed or a logarithmic scale.
 * @cssproperty [--rnn-max-height=34rem] - Height beyond which rows scroll.
 * @cssproperty [--rnn-focus=Highlight] - Colour of the ring around the entry in focus.
 */
export class RnnHeatmap extends LitElement {
  static override styles = heatmapStyles;

  /** A text for a network of the heatmap's own. */
  @property() text: string | undefined;

  /** The cell of that network: `rnn`, `rnn_relu`, `rnn_linear`, `lstm`, `lstm_peephole`, `lstm_nofg`, `lstm_1997`, `gru` or `gru_reset_before`. */
  @property() cell = 'lstm';

  /** How many units it has; the attribute is `hidden`. */
  @property({ attribute: 'hidden', converter: numberAttribute(8) }) units = 8;

  /** Fixes its weights and word vectors. */
  @property({ converter: numberAttribute(1) }) seed = 1;

  /** Width of its word vectors. */
  @property({ converter: numberAttribute(16) }) embedding = 16;

  /** Multiplies the recurrent weights that it starts with. */
  @property({ converter: numberAttribute(1) }) gain = 1;

  /** Biases of its gates, whole and the same for all units, as `f:3` or `f:3 i:-1` (or as an object). */
  @property({ attribute: 'gate-bias' }) gateBias: string | Readonly<Record<string, number>> = '';

  /** The unit of its state that gradients are of, from 0. */
  @property({ attribute: 'loss-unit', converter: optionalNumberAttribute }) lossUnit: number | undefined;

  /** The step after which it is taken, from 0; the last unless given. */
  @property({ attribute: 'loss-step', converter: optionalNumberAttribute }) lossStep: number | undefined;

  /** What computes it: `auto` (the GPU where there is one), `gpu` or `cpu`. */
  @property() device: DeviceChoice = 'auto';

  /** The id of the `<rnn-model>` to draw a signal of, instead of a network of its own. */
  @property() for: string | undefined;

  /** That model itself, where an id does not reach. */
  @property({ attribute: false }) model: RnnModel | undefined;

  /** The signal to draw: `h`, `c`, a gate's letter, `a_` and a gate's letter for what goes into it, `y`, `x`, gradients of these (`d_h`), `influence`. */
  @property() signal = 'h';

  /** The layer of that signal, from 0; the last unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** The direction of that signal in a bidirectional layer: `forward` or `reverse`. */
  @property() direction: 'forward' | 'reverse' = 'forward';

  /** One unit, from 0: the only row that is drawn of a signal; with `signal="influence"` what is felt by it instead of by all together; of `values` whose rows are units, the first. */
  @property({ converter: optionalNumberAttribute }) unit: number | undefined;

  /** Of a signal that is divided into heads or channels, as those of attention and Mamba are: one of them, from 0. Of `attn`, whose weights; the mean of all heads unless given. */
  @property({ converter: optionalNumberAttribute }) group: number | undefined;

  /** Of a signal, `mean`: one row, the mean over its units. */
  @property() reduce: 'mean' | undefined;

  /** How values become colours: `log` (by the logarithm of their size, as gradients are) or `linear`. */
  @property() scale: Scaling | undefined;

  /** A signal of a run made elsewhere, to draw instead. */
  @property({ attribute: false }) source: Signal | undefined;

  /** Numbers to draw instead, row by row; the attribute takes JSON or a list separated by spaces or commas. */
  @property({ converter: valuesAttribute }) values: ArrayLike<number> | readonly ArrayLike<number>[] | undefined;

  /** How many rows the numbers have. */
  @property({ converter: optionalNumberAttribute }) rows: number | undefined;

  /** What a row of them is called, in the singular: `unit`. */
  @property({ attribute: 'row-noun' }) rowNoun: string | undefined;

  /** What a column is called: `step`. */
  @property({ attribute: 'column-noun' }) columnNoun: string | undefined;

  /** Names of the rows; the attribute takes JSON or a list separated by commas or spaces. */
  @property({ attribute: 'row-labels', converter: labelsAttribute }) rowLabels: readonly string[] | undefined;

  /** Names of the columns, likewise. */
  @property({ attribute: 'column-labels', converter: labelsAttribute }) columnLabels: readonly string[] | undefined;

  /** The lower end of the range that the colours of `values`, or of `signal="influence"`, stand for. */
  @property({ converter: optionalNumberAttribute }) min: number | undefined;

  /** The upper end. Ranges with negative numbers are made alike on both sides of 0. */
  @property({ converter: optionalNumberAttribute }) max: number | undefined;

  /** What the picture shows, in words, for its caption and its accessible name. */
  @property() label = '';

  /** One of several pictures above one another, `first` or `next`: its name and legend stand in a line before it, and words above the first alone. */
  @property() lane: 'first' | 'next' | undefined;

  @state() private hover: Place | undefined;
  @state() private focused = false;
  @state() private quiet = false;
  @state() private spoken = '';
  @state() private room = 0;

  @query('.base') private readonly base!: HTMLElement;
  @query('.cursor') private readonly cursor!: HTMLElement | null;
  @query('.plot canvas') private readonly canvas!: HTMLCanvasElement | null;
  @query('.empty') private readonly empty!: HTMLElement | null;
  @query('.strip') private readonly strip!: HTMLCanvasElement | null;

  readonly #connection = new ModelConnection(this);
  readonly #shown = new ShownMatrix(() => this.requestUpdate());
  readonly #source = new MatrixSource(this, this.#connection, this.#shown, () => this.requestUpdate());
  readonly #painter = new PicturePainter(
    () => this.#picture(),
    () => this.requestUpdate(),
  );
  readonly #page = new PageColours(
    this,
    () => this.renderRoot.querySelector<HTMLElement>('.probe'),
    () => this.#painter.paintSoon(),
  );
  readonly #width = new ResizeObserver(([entry]) => {
    // Not in the observer's own turn: a layout that changes there is an error to the page.
    requestAnimationFrame(() => (this.room = Math.floor(entry.contentRect.width)));
  });
  #geometry: HeatmapGeometry | undefined;
  #place: Place = { row: 0, column: 0 };
  #reported: Place | undefined;
  #awaited: Place | undefined;
  #speech = 0;

  protected override render(): TemplateResult {
    const { matrix, message } = this.#shown;
    const geometry = this.#geometry;
    const classes = classMap({ base: true, linked: this.#connection.model !== undefined, slanted: geometry?.layout.slanted ?? false });
    return html`<figure part="base" class=${classes} aria-busy=${this.#source.busy ? 'true' : 'false'}>
      ${geometry ? this.#body(geometry) : html`<div part="empty" class="empty">${message}${progressOf(this.#source.influence)}</div>`}
      <div class="quiet" role="status">${matrix ? this.spoken : message}</div>
      <span class="probe" @transitionend=${this.#page.look}></span>
    </figure>`;
  }

  #body(geometry: HeatmapGeometry): TemplateResult {
    const { matrix, layout, visible } = geometry;
    const place = this.#current(matrix);
    const linked = this.#connection.model !== undefined;
    const pointed = this.#pointedAt(matrix);
    const marked = pointed ?? (linked ? place : undefined);
    return html`
      ${this.lane ? laneTitle(matrix, this.label, this.#shown) : nothing}
      <div part="viewport" class="viewport" @scroll=${() => this.requestUpdate()}>
        <div class="plane">
          <div class="stage">
            ${this.lane === 'next' ? nothing : columnHeader(matrix, layout, visible, marked)}
            <div part="row-labels" class="rows" aria-hidden="true">${rowLabels(matrix, layout, visible, marked)}</div>
            <div
              class="plot"
              role="grid"
              aria-label=${gridName(matrix, this.label)}
              aria-rowcount=${matrix.rows}
              aria-colcount=${matrix.columns}
              @pointermove=${this.#pointed}
              @pointerleave=${this.#left}
              @click=${this.#tapped}
            >
              ${keyed(matrix.storage ? 'gpu' : 'numbers', html`<canvas part="canvas"></canvas>`)}
              ${linked ? html`<div class=${matrix.pairs ? 'step row' : 'step'}></div>` : nothing}
              <div role="row" aria-rowindex=${place.row + 1}>
                <div
                  class="cursor"
                  role="gridcell"
                  tabindex="0"
                  aria-colindex=${place.column + 1}
                  aria-label=${this.#nameOf(matrix, place)}
                  @keydown=${this.#keyed}
                  @focus=${this.#focusIn}
                  @blur=${this.#focusOut}
                ></div>
              </div>
            </div>
          </div>
        </div>
      </div>
      ${pointed ? tooltipFor(matrix, pointed, this.#valueAt(pointed)) : nothing}
      ${this.lane ? nothing : captionFor(matrix, this.label, this.#shown, this.#source)}
    `;
  }

  override attributeChangedCallback(name: string, old: string | null, text: string | null): void {
    if (!hidesElement(name, text)) super.attributeChangedCallback(name, old, text);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#width.observe(this);
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#width.disconnect();
    clearTimeout(this.#speech);
    this.#source.stop();
    this.#painter.release();
  }

  protected override willUpdate(): void {
    if (this.isConnected) this.#source.choose();
    const { matrix } = this.#shown;
    if (matrix && this.room > 0) {
      const { fontSize, fontFamily } = getComputedStyle(this);
      const layout = layoutFor(matrix, this.room, devicePixelRatio, (text) => textWidth(text, `${fontSize} ${fontFamily}`), this.lane !== undefined);
      this.#geometry = new HeatmapGeometry(this.renderRoot, matrix, this.lane === 'next' ? { ...layout, header: 0 } : layout);
      if (this.hover) this.hover = placeWithin(this.hover, matrix);
    } else {
      this.#geometry = this.hover = this.#reported = this.#awaited = undefined;
    }
  }

  protected override updated(): void {
    const geometry = this.#geometry;
    if (geometry) geometry.arrange(this.base, this.#current(geometry.matrix), this.#pointedAt(geometry.matrix));
    // What is to come takes its room at once, so that the page does not jump.
    if (this.empty) this.empty.style.minHeight = this.#source.rowsToCome ? `${expectedHeight(this.#source.rowsToCome)}px` : '';
    this.#report();
    this.#painter.paintSoon();
  }

  readonly #pointed = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') return; // a finger scrolls or taps
    const place = this.#geometry?.placeUnder(event);
    if (samePlace(place, this.hover)) return;
    this.quiet = false;
    this.hover = place;
    this.#attend(place);
  };

  readonly #left = (): void => {
    this.hover = undefined;
    this.#reported = undefined;
  };

  readonly #tapped = (event: MouseEvent): void => {
    const place = this.#geometry?.placeUnder(event);
    if (!place) return;
    this.quiet = false;
    this.#go(place);
    this.cursor?.focus({ preventScroll: true });
  };

  readonly #keyed = (event: KeyboardEvent): void => {
    const geometry = this.#geometry;
    if (!geometry) return;
    if (event.key === 'Escape') {
      this.quiet = true;
      return;
    }
    const { matrix, visible } = geometry;
    const page = Math.max(1, Math.min(10, visible.last.row - visible.first.row));
    const place = placeAfterKey(event, this.#current(matrix), { rows: matrix.rows, columns: matrix.columns, page });
    if (!place) return;
    event.preventDefault();
    this.quiet = false;
    this.hover = undefined;
    if (!samePlace(place, this.#current(matrix))) this.#go(place);
    geometry.reveal(place);
  };

  readonly #focusIn = (): void => {
    this.focused = true;
    this.quiet = false;
    this.#shown.need();
    const geometry = this.#geometry;
    if (geometry && !this.hover) geometry.reveal(this.#current(geometry.matrix));
  };

  readonly #focusOut = (): void => {
    this.focused = false;
  };

  #go(place: Place): void {
    this.#place = place;
    const { matrix } = this.#shown;
    const cursor = matrix?.pairs ? { step: place.row } : matrix?.rowNoun === 'unit' ? { step: place.column, unit: matrix.firstUnit + place.row } : { step: place.column };
    this.#connection.model?.moveCursor(cursor);
    this.#attend(place);
    this.#speakSoon();
    this.requestUpdate();
  }

  /** Tells the page of the entry, as soon as its value is there. */
  #attend(place: Place | undefined): void {
    this.#awaited = samePlace(place, this.#reported) ? undefined : place;
    this.#shown.need();
    this.#report();
  }

  #report(): void {
    const { entries, matrix } = this.#shown;
    if (!entries || !matrix || !this.#awaited) return;
    const { row, column } = (this.#reported = this.#awaited);
    this.#awaited = undefined;
    this.dispatchEvent(new EntryFocusEvent({ row, column, value: entries(row, column), label: this.#nameOf(matrix, this.#reported) }));
  }

  /** A screen reader hears where a move ended, not every entry on the way. */
  #speakSoon(): void {
    clearTimeout(this.#speech);
    this.#speech = window.setTimeout(() => {
      const { matrix } = this.#shown;
      if (matrix) this.spoken = this.#nameOf(matrix, this.#current(matrix));
    }, 350);
  }

  /** What the painter is to paint when its frame comes. */
  #picture(): Picture | undefined {
    const geometry = this.#geometry;
    const { canvas, strip } = this;
    const { matrix, entries, coding } = this.#shown;
    if (!geometry || !canvas || geometry.matrix !== matrix) return undefined;
    const { dark, chosen } = this.#page;
    return { canvas, strip, matrix, entries, coding, dark, chosen, window: (size) => geometry.window(size) };
  }

  /** The entry that the keyboard is on: the model's step and unit where there is a model. */
  #current(matrix: Matrix): Place {
    const model = this.#connection.model;
    if (!model) return placeWithin(this.#place, matrix);
    const { step, unit } = model.cursor;
    if (matrix.pairs) return placeWithin({ row: step, column: this.#place.column }, matrix);
    return placeWithin({ row: matrix.rowNoun === 'unit' ? unit - matrix.firstUnit : this.#place.row, column: step }, matrix);
  }

  #pointedAt(matrix: Matrix): Place | undefined {
    if (this.quiet) return undefined;
    return this.hover ?? (this.focused ? this.#current(matrix) : undefined);
  }

  #valueAt({ row, column }: Place): string | undefined {
    const { entries } = this.#shown;
    return entries && exactNumber(entries(row, column));
  }

  #nameOf(matrix: Matrix, place: Place): string {
    return matrix.telling?.(place.row, place.column) ?? `${entryName(matrix, place)}, ${this.#valueAt(place) ?? 'value on its way'}`;
  }
}

unitsAsHidden(RnnHeatmap);

declare global {
  interface HTMLElementTagNameMap {
    'rnn-heatmap': RnnHeatmap;
  }
}
