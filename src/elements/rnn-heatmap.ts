import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { query } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { keyed } from 'lit/directives/keyed.js';
import { hidesElement, unitsAsHidden } from './attributes';
import type { AlikeAnswer } from './alike';
import type { Place } from './grid_keys';
import { HeatmapActions } from './heatmap_actions';
import { Attention, blockOf } from './heatmap_attention';
import { captionFor, laneTitle } from './heatmap_caption';
import { captionStyles } from './heatmap_caption_styles';
import type { Block, HeatmapGeometry } from './heatmap_geometry';
import { HeatmapKeyboard } from './heatmap_keyboard';
import { columnHeader, gridName, rowLabels } from './heatmap_labels';
import { marksOn } from './heatmap_marks';
import { HeatmapOrder } from './heatmap_order';
import { heatmapPhrases, type SayHeatmap } from './heatmap_phrases';
import { HeatmapPointer } from './heatmap_pointer';
import { progressOf } from './heatmap_progress';
import { HeatmapProperties } from './heatmap_properties';
import { HeatmapSelection } from './heatmap_selection';
import { HeatmapStatus } from './heatmap_status';
import { heatmapStyles } from './heatmap_styles';
import { pinnedTip, pointedTip } from './heatmap_tip';
import { HeatmapTools } from './heatmap_tools';
import { HeatmapView } from './heatmap_view';
import { InfluenceMeasuredEvent } from './influence_measured_event';
import type { MeasuredInfluence } from './influence_run';
import { MatrixSource } from './matrix_source';
import { ModelConnection } from './model_connection';
import { OnScreen } from './on_screen';
import { PageColours } from './page_colours';
import { isPrinting } from './paint/paper';
import { PicturePainter, type Picture } from './paint/picture_painter';
import { isSelected } from './selection';
import { ShownMatrix } from './shown_matrix';
import type { FileFormat, Taking } from './take_away/take_away';
import { sayer } from './wording';

export { EntryFocusEvent } from './entry_focus_event';
export * from './heatmap_events';

const STYLES = [heatmapStyles, captionStyles];

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
 * Its reader selects rows, columns and blocks, by dragging and with Shift and the arrow keys, zooms with Control and the
 * wheel, two fingers or the keys +, − and 0, pins the value of an entry with Enter, and copies values.
 * More entries than there are pixels share them: the largest by size is what is seen.
 *
 * Tools behind a button order and cluster rows, find where else the selected ones do the same, show a table, and save what is
 * drawn as PNG, SVG, CSV, JSON or code. They are loaded when they are opened.
 *
 * No event fires on what the page itself sets.
 *
 * @fires {EntryFocusEvent} entry-focus - The pointer or a key moved to another entry.
 * @fires {SelectionChangeEvent} selection-change - The reader selected rows, columns or nothing.
 * @fires {ViewChangeEvent} view-change - The reader zoomed or scrolled.
 * @fires {OrderChangeEvent} order-change - Rows stand in the order that the reader chose.
 * @fires {AlikeFindEvent} alike-find - The reader asked where else the selected rows do the same.
 * @fires {EntryPinEvent} entry-pin - The reader pinned an entry, or let it go.
 * @fires {HeatmapCopyEvent} heatmap-copy - The reader copied a value, a selection, code or a link.
 * @fires {HeatmapSaveEvent} heatmap-save - The reader saved the picture or its numbers.
 * @slot loading - Instead of what is said while there is nothing to draw yet.
 * @slot empty - Instead of what is said when there is nothing to draw.
 * @slot error - Instead of what is said when it cannot be drawn.
 * @slot device-lost - Instead of what is said when the GPU was taken away.
 * @slot no-gpu - Instead of what is said of the CPU, where it computes for want of a GPU.
 * @slot software-gpu - Instead of what is said of a GPU that is imitated in software.
 * @slot restored - Instead of what is said when the GPU is back.
 * @cssstate ready - There is a picture.
 * @cssstate loading - Something is being computed.
 * @cssstate empty - There is nothing to draw.
 * @cssstate error - It cannot be drawn.
 * @cssstate device-lost - The GPU was taken away.
 * @cssstate no-gpu - The CPU computes, for want of a GPU.
 * @cssstate software-gpu - The GPU is imitated in software.
 * @cssstate restored - The GPU is back, and this is the first picture since.
 * @fires {InfluenceMeasuredEvent} influence-measured - Another matrix of influence was measured, whoever asked for it.
 * @csspart base - Everything.
 * @csspart viewport - The part that scrolls when the matrix is larger than its room.
 * @csspart canvas - The drawing surface.
 * @csspart column-labels - The words above.
 * @csspart row-labels - The numbers of the units.
 * @csspart legend - The colours and the range they stand for.
 * @csspart caption - What is drawn, and what computed it.
 * @csspart tooltip - The value of an entry.
 * @csspart pinned - The tooltip of an entry that was pinned.
 * @csspart marks - What is selected, and what is alike.
 * @csspart tools - The button that opens the tools.
 * @csspart panel - The tools.
 * @csspart table - The table in the place of the picture.
 * @csspart progress - How far a measurement is, and the button that cancels it.
 * @csspart empty - What is said when there is nothing to draw.
 * @cssproperty [--rnn-positive] - Colour of the range's upper end, on a signed scale.
 * @cssproperty [--rnn-negative] - Colour of its lower end.
 * @cssproperty [--rnn-zero] - Colour of 0 on a signed or a logarithmic scale.
 * @cssproperty [--rnn-max-height=34rem] - Height beyond which rows scroll.
 * @cssproperty [--rnn-focus=Highlight] - Colour of the ring around what is in focus.
 * @cssproperty [--rnn-selection=CanvasText] - Colour of the line around what is selected.
 * @cssproperty [--rnn-accent] - Colour of progress and of boxes that are ticked.
 */
export class RnnHeatmap extends HeatmapProperties {
  static override styles = STYLES;

  @query('.base') private readonly base!: HTMLElement;
  @query('.cursor') private readonly cursor!: HTMLElement | null;
  @query('.plot canvas') private readonly canvas!: HTMLCanvasElement | null;
  @query('.empty') private readonly empty!: HTMLElement | null;
  @query('.strip') private readonly strip!: HTMLCanvasElement | null;

  readonly #connection = new ModelConnection(this);
  readonly #screen = new OnScreen(this);
  readonly #shown = new ShownMatrix(() => this.requestUpdate());
  readonly #source = new MatrixSource(this, this.#connection, this.#shown, () => this.requestUpdate());
  readonly #status = new HeatmapStatus(this, this.#shown, this.#source);
  readonly #order = new HeatmapOrder(this, this.#shown, () => this.requestUpdate());
  readonly #view = new HeatmapView(this, () => this.renderRoot);
  readonly #attention = new Attention(this, () => ({ shown: this.#shown, model: this.#connection.model, order: this.#view.geometry?.order, say: this.#say }));
  readonly #selection = new HeatmapSelection(
    this,
    (words) => this.#attention.speakSoon(words),
    () => this.#say,
  );
  readonly #tools = new HeatmapTools(this, this.#shown, STYLES, () => this.requestUpdate());
  readonly #pointer = new HeatmapPointer(this.#view, this.#attention, this.#selection, (block) => this.#picked(block));
  readonly #keyboard = new HeatmapKeyboard(this.#view, this.#attention, this.#selection, () => this.requestUpdate());
  readonly #painter = new PicturePainter(
    () => (this.#screen.isNear || isPrinting() ? this.#picture() : undefined),
    () => this.requestUpdate(),
  );
  readonly #page = new PageColours(
    this,
    () => this.renderRoot.querySelector<HTMLElement>('.probe'),
    () => this.#painter.paintSoon(),
  );
  readonly #actions = new HeatmapActions(this, () => ({ shown: this.#shown, source: this.#source, view: this.#view, attention: this.#attention, selection: this.#selection, tools: this.#tools, page: this.#page, connection: this.#connection, say: this.#say }));
  #say: SayHeatmap = sayer(heatmapPhrases, undefined);

  /**
   * The picture or its numbers as a file: `png` (with `scale` pixels for one of the page), `svg`, `csv` or `json`; all of
   * the matrix, or with `part: 'seen'` what is in sight. Rejects, in words, while there is nothing to take.
   */
  takeAway(format: FileFormat, taking: Taking = {}): Promise<Blob> {
    return this.#actions.file(format, taking);
  }

  /** The HTML that shows the same in another page. Rejects, in words, for more numbers than make sense there. */
  embedCode(): Promise<string> {
    return this.#actions.code();
  }

  /** The address of this page with the heatmap as it is shown; it is read where the element has `permalink` and an id. */
  viewLink(): Promise<string> {
    return this.#actions.link();
  }

  /** Where else the selected rows do the same as in the selected columns: beyond the threshold, each on its own side of 0. */
  findAlike(threshold: number): Promise<AlikeAnswer | undefined> {
    return this.#tools.findAlike(this.#selection.value, threshold);
  }

  protected override render(): TemplateResult {
    const { matrix, message, absence } = this.#shown;
    const { geometry } = this.#view;
    const { coming } = this.#source;
    const classes = classMap({ base: true, linked: this.#connection.model !== undefined, slanted: geometry?.layout.slanted ?? false, mirrored: geometry?.mirrored ?? false });
    const told = this.#say('sentence', { text: message });
    return html`<figure part="base" class=${classes} aria-busy=${this.#source.busy ? 'true' : 'false'}>
      ${geometry ? this.#body(geometry) : html`${this.lane && coming && (this.label || coming.title) ? laneTitle(coming, this.label, this.#shown, this.#say) : nothing}<div part="empty" class="empty"><slot name=${absence}>${told}</slot>${progressOf(this.#source.influence, this.#say)}</div>`}
      <div class="quiet" role="status">${matrix ? this.#attention.spoken : ''}</div>
      <div class="quiet" role="status">${this.#status.spoken}</div>
      <span class="probe" @transitionend=${this.#page.look}></span>
    </figure>`;
  }

  #body(geometry: HeatmapGeometry): TemplateResult {
    const { matrix } = geometry;
    const say = this.#say;
    const linked = this.#connection.model !== undefined;
    const current = this.#attention.current(matrix);
    const pointed = this.#attention.hover ? this.#attention.readingOf(matrix, this.#attention.hover, geometry.order).place : undefined;
    const marked = pointed ?? (linked || this.#attention.focused ? current : undefined);
    return html`
      ${this.lane ? laneTitle(matrix, this.label, this.#shown, say) : nothing}
      ${this.table && this.#tools.table ? this.#table(geometry) : this.#viewport(geometry, marked, linked)} ${this.lane ? nothing : this.#caption(geometry)} ${this.#panel(geometry)}
    `;
  }

  #table(geometry: HeatmapGeometry): TemplateResult {
    return this.#tools.table!.tableOf({ geometry, at: this.#shown.entries, label: this.label, labels: this.labels, tools: this.#tools, changed: () => this.requestUpdate() });
  }

  #panel(geometry: HeatmapGeometry): TemplateResult | typeof nothing {
    if (this.tools !== 'open' || this.lane || !this.#tools.panel) return nothing;
    const { copyEntry, save, copyCode, copyLink } = this.#actions;
    return this.#tools.panel.panelOf({ host: this, geometry, coding: this.#shown.coding, view: this.#view, attention: this.#attention, selection: this.#selection, order: this.#order, pointer: this.#pointer, tools: this.#tools, changed: () => this.requestUpdate(), copyEntry, save, copyCode, copyLink });
  }

  #viewport(geometry: HeatmapGeometry, marked: Place | undefined, linked: boolean): TemplateResult {
    const say = this.#say;
    return html`<div part="viewport" class="viewport" @scroll=${this.#view.followScroll}>
        <div class="plane">
          <div
            class="stage"
            @pointerdown=${this.#pointer.pressed}
            @pointermove=${this.#pointer.moved}
            @pointerup=${this.#pointer.released}
            @pointercancel=${this.#pointer.released}
            @pointerleave=${this.#pointer.left}
            @click=${this.#pointer.clicked}
            @wheel=${this.#pointer.wheel}
            @touchmove=${this.#pointer.touched}
          >
            ${this.lane === 'next' ? nothing : columnHeader(geometry, marked, say)}
            <div part="row-labels" class="rows" aria-hidden="true">${rowLabels(geometry, marked)}</div>
            ${this.#grid(geometry, linked)}
          </div>
        </div>
      </div>
      ${pointedTip(geometry, this.#attention, say)} ${pinnedTip(geometry, this.#attention, say, this.#tipActions)}`;
  }

  #grid(geometry: HeatmapGeometry, linked: boolean): TemplateResult {
    const { matrix, order } = geometry;
    const current = this.#attention.current(matrix);
    const { value: selection } = this.#selection;
    return html`<div
      class="plot"
      role="grid"
      aria-multiselectable="true"
      aria-label=${gridName(matrix, this.label, this.#say)}
      aria-rowcount=${matrix.rows}
      aria-colcount=${matrix.columns}
    >
      ${keyed(this.#isStored(geometry) ? 'gpu' : 'numbers', html`<canvas part="canvas"></canvas>`)} ${marksOn(geometry, selection, this.#tools.alikeTo(selection))}
      ${linked ? html`<div class=${matrix.pairs ? 'step row' : 'step'}></div>` : nothing}
      <div role="row" aria-rowindex=${order.placeOf(current.row) + 1}>
        <div
          class="cursor"
          role="gridcell"
          tabindex="0"
          aria-colindex=${current.column + 1}
          aria-selected=${isSelected(selection, current) ? 'true' : 'false'}
          aria-label=${this.#attention.nameOf(matrix, current)}
          @keydown=${this.#keyboard.pressed}
          @focus=${this.#focusIn}
          @blur=${this.#focusOut}
          @copy=${this.#actions.copy}
        ></div>
      </div>
    </div>`;
  }

  #caption({ matrix, isDense, layout }: HeatmapGeometry): TemplateResult {
    const say = this.#say;
    const shared = Math.ceil(1 / Math.min(1, layout.entryWidth)) * Math.ceil(1 / Math.min(1, layout.entryHeight));
    const remarks = [isDense ? say('dense', { count: shared }) : '', say('sentence', { text: this.#selection.complaint }), say('sentence', { text: this.#order.complaint }), this.tools === 'open' ? '' : this.#tools.note];
    return captionFor({ matrix, label: this.label, shown: this.#shown, source: this.#source, remarks, say, tools: this.#toolsButton() });
  }

  #toolsButton(): TemplateResult | typeof nothing {
    if (this.tools === 'none') return nothing;
    return html`<button part="tools" class="tools" type="button" aria-expanded=${this.tools === 'open' ? 'true' : 'false'} @click=${this.#tools.toggle}>${this.#say('tools')}</button>`;
  }

  override attributeChangedCallback(name: string, old: string | null, text: string | null): void {
    if (!hidesElement(name, text)) super.attributeChangedCallback(name, old, text);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#attention.stop();
    this.#order.stop();
    this.#source.stop();
    this.#painter.release();
    this.#status.stop();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('labels')) this.#say = sayer(heatmapPhrases, this.labels);
    if (this.isConnected) this.#source.choose(this.#screen.isNear);
    const { matrix } = this.#shown;
    this.#view.layOut(matrix, matrix && this.#order.of(matrix));
    this.#tools.load();
    if (!matrix) return this.#attention.stop();
    this.#attention.stayWithin(matrix);
    this.#selection.follow(matrix);
    if (this.table || this.tools === 'open' || this.#attention.pinned(matrix) || (this.#view.geometry && !this.#isStored(this.#view.geometry))) this.#shown.need();
  }

  protected override updated(): void {
    const { geometry } = this.#view;
    if (geometry) {
      const { matrix, order } = geometry;
      const pinned = this.#attention.pinned(matrix);
      this.#view.arrange(this.base, { current: this.#attention.current(matrix), pointed: this.#attention.pointed(matrix, order), pinned: pinned && blockOf(pinned, order) });
    }
    // What is to come takes its room at once, so that the page does not jump.
    const { coming, influence } = this.#source;
    if (this.empty) this.empty.style.minHeight = coming ? `min(${this.#view.heightOf(coming)}px, var(--rnn-max-height, 34rem))` : '';
    const { value } = influence;
    if (value && value !== this.#measured) this.dispatchEvent(new InfluenceMeasuredEvent(value));
    this.#measured = value;
    this.#status.follow(this.#say);
    this.#attention.report();
    this.#painter.paintSoon();
  }

  #measured: MeasuredInfluence | undefined;

  readonly #picked = (block: Block): void => {
    const { geometry } = this.#view;
    if (!geometry) return;
    this.#attention.go(this.#attention.readingOf(geometry.matrix, block, geometry.order).place);
    this.cursor?.focus({ preventScroll: true });
  };

  readonly #focusIn = (): void => {
    this.#attention.focused = true;
    this.#attention.quiet = false;
    this.#shown.need();
    const { geometry } = this.#view;
    if (geometry && !this.#attention.hover) {
      const { row, column } = this.#attention.current(geometry.matrix);
      this.#view.reveal({ row: geometry.order.placeOf(row), column });
    }
    this.requestUpdate();
  };

  readonly #focusOut = (): void => {
    this.#attention.focused = false;
    queueMicrotask(() => this.requestUpdate()); // it may be the update itself that took the cursor away
  };

  readonly #tipActions = {
    unpin: (): void => {
      const { matrix } = this.#shown;
      const place = matrix && this.#attention.pinned(matrix);
      if (place) this.#attention.togglePin(place);
      this.cursor?.focus({ preventScroll: true });
    },
    copy: (place: Place): void => this.#actions.copyEntry(place),
  };

  /** Whether the picture is painted from where the GPU keeps the matrix: as it stands there, a pixel or more an entry. */
  #isStored({ matrix, order, isDense }: HeatmapGeometry): boolean {
    return matrix.storage !== undefined && !order.isShuffled && !isDense;
  }

  /** What the painter is to paint when its frame comes. */
  #picture(): Picture | undefined {
    const { geometry } = this.#view;
    const { canvas, strip } = this;
    const { matrix, entries, coding } = this.#shown;
    if (!geometry || !canvas || geometry.matrix !== matrix) return undefined;
    const { dark, chosen } = this.#page;
    return { canvas, strip, matrix, entries, order: geometry.order, stored: this.#isStored(geometry), coding, dark, chosen, window: (size) => geometry.window(size) };
  }
}

unitsAsHidden(RnnHeatmap);

declare global {
  interface HTMLElementTagNameMap {
    'rnn-heatmap': RnnHeatmap;
  }
}
