import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Signal, Tape } from '../engine';
import { labelsAttribute, numberAttribute, optionalNumberAttribute, unitsAsHidden, unitsAttribute, valuesAttribute } from './attributes';
import { colourTable, type ColourTable } from './colour/scale';
import { exactNumber } from './exact_number';
import { placeAfterKey, placeWithin, samePlace, type Place } from './grid_keys';
import { layoutFor, type Layout } from './heatmap_layout';
import { heatmapStyles } from './heatmap_styles';
import { legendFor, paintLegend } from './legend';
import { givenMatrix, signalMatrix, type Matrix } from './matrix';
import { ModelConnection } from './model_connection';
import { PageColours } from './page_colours';
import { paintEntries } from './paint/canvas_painter';
import { GpuPainter } from './paint/gpu_painter';
import type { PaintWindow } from './paint/window';
import { scaleFor } from './range';
import type { RnnModel } from './rnn-model';
import type { DeviceChoice } from './shared_engine';
import { ShownMatrix } from './shown_matrix';
import { TextRun, type RunState } from './text_run';

/** The entry of the matrix that the pointer or the keyboard moved to, counted from 0. */
export class EntryFocusEvent extends Event {
  readonly row: number;
  readonly column: number;
  readonly value: number;

  constructor({ row, column, value }: { row: number; column: number; value: number }) {
    super('entry-focus', { bubbles: true, composed: true });
    this.row = row;
    this.column = column;
    this.value = value;
  }
}

/**
 * A matrix as a grid of colours: units down, time steps across. It draws one of three things: a signal of a network
 * of its own that reads `text`; a signal of the `<rnn-model>` that `for` names; or numbers given as `values`. Colours
 * stand for a range that the legend states; the value of an entry is told on hover, tap, focus and by arrow keys.
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
 * @csspart empty - What is said when there is nothing to draw.
 * @cssproperty [--rnn-positive] - Colour of the range's upper end, on a signed scale.
 * @cssproperty [--rnn-negative] - Colour of its lower end.
 * @cssproperty [--rnn-zero] - Colour of 0 on a signed scale.
 * @cssproperty [--rnn-max-height=34rem] - Height beyond which rows scroll.
 * @cssproperty [--rnn-focus=Highlight] - Colour of the ring around the entry in focus.
 */
@customElement('rnn-heatmap')
export class RnnHeatmap extends LitElement {
  static override styles = heatmapStyles;

  /** A text for a network of the heatmap's own. */
  @property() text: string | undefined;

  /** The cell of that network: `rnn`, `rnn_relu`, `lstm`, `gru` or `gru_reset_before`. */
  @property() cell = 'lstm';

  /** How many units it has; the attribute is `hidden`. */
  @property({ attribute: 'hidden', converter: unitsAttribute }) units = 8;

  /** Fixes its weights and word vectors. */
  @property({ converter: numberAttribute(1) }) seed = 1;

  /** Width of its word vectors. */
  @property({ converter: numberAttribute(16) }) embedding = 16;

  /** What computes it: `auto` (the GPU where there is one), `gpu` or `cpu`. */
  @property() device: DeviceChoice = 'auto';

  /** The id of the `<rnn-model>` to draw a signal of, instead of a network of its own. */
  @property() for: string | undefined;

  /** That model itself, where an id does not reach. */
  @property({ attribute: false }) model: RnnModel | undefined;

  /** The signal to draw: `h`, `c`, a gate's letter, `a_` and a gate's letter for what goes into it, `y`, `x`. */
  @property() signal = 'h';

  /** The layer of that signal, from 0; the last unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** The direction of that signal in a bidirectional layer: `forward` or `reverse`. */
  @property() direction: 'forward' | 'reverse' = 'forward';

  /** A signal of a run made elsewhere, to draw instead. */
  @property({ attribute: false }) source: Signal | undefined;

  /** Numbers to draw instead, row by row; the attribute takes JSON or a list separated by spaces or commas. */
  @property({ converter: valuesAttribute }) values: ArrayLike<number> | readonly ArrayLike<number>[] | undefined;

  /** How many rows the numbers have. */
  @property({ converter: optionalNumberAttribute }) rows: number | undefined;

  /** Names of the rows; the attribute takes JSON or a list separated by commas or spaces. */
  @property({ attribute: 'row-labels', converter: labelsAttribute }) rowLabels: readonly string[] | undefined;

  /** Names of the columns, likewise. */
  @property({ attribute: 'column-labels', converter: labelsAttribute }) columnLabels: readonly string[] | undefined;

  /** The lower end of the range that the colours of `values` stand for. */
  @property({ converter: optionalNumberAttribute }) min: number | undefined;

  /** The upper end. Ranges with negative numbers are made alike on both sides of 0. */
  @property({ converter: optionalNumberAttribute }) max: number | undefined;

  /** What the picture shows, in words, for its caption and its accessible name. */
  @property() label = '';

  @state() private hover: Place | undefined;
  @state() private focused = false;
  @state() private quiet = false;
  @state() private spoken = '';
  @state() private room = 0;

  @query('.base') private readonly base!: HTMLElement;
  @query('.viewport') private readonly viewport!: HTMLElement | null;
  @query('.plot') private readonly plot!: HTMLElement | null;
  @query('.plot canvas') private readonly canvas!: HTMLCanvasElement | null;
  @query('.cursor') private readonly cursor!: HTMLElement | null;
  @query('.strip') private readonly strip!: HTMLCanvasElement | null;
  @query('.tip') private readonly tip!: HTMLElement | null;

  readonly #connection = new ModelConnection(this);
  readonly #page = new PageColours(this, () => this.renderRoot.querySelector<HTMLElement>('.probe'));
  readonly #shown = new ShownMatrix(() => this.requestUpdate());
  readonly #run = new TextRun(() => this.requestUpdate());
  #asked: string | undefined;
  #candidate: { readonly key: readonly unknown[]; readonly matrix: Matrix } | undefined;
  #layout: Layout | undefined;
  #place: Place = { row: 0, column: 0 };
  #reported: Place | undefined;
  #awaited: Place | undefined;
  #table: { readonly key: string; readonly colours: ColourTable } | undefined;
  #gpu: { readonly canvas: HTMLCanvasElement; readonly painter: GpuPainter } | undefined;
  #canvasSize = { width: 0, height: 0 };
  #frame = 0;
  #speech = 0;
  #inView = true;
  #sizes: ResizeObserver | undefined;
  #sight: IntersectionObserver | undefined;
  #sized: Element | undefined;

  protected override render(): TemplateResult {
    const { matrix, message } = this.#shown;
    return html`<figure part="base" class="base ${this.#layout?.slanted ? 'slanted' : ''} ${this.#connection.model ? 'linked' : ''}">
      ${matrix && this.#layout ? this.#picture(matrix, this.#layout) : html`<div part="empty" class="empty">${message}</div>`}
      <div class="quiet" role="status">${matrix ? this.spoken : message}</div>
      <span class="probe" @transitionend=${this.#page.look}></span>
    </figure>`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes = new ResizeObserver((entries) => this.#resized(entries));
    this.#sight = new IntersectionObserver(
      ([entry]) => {
        this.#inView = entry.isIntersecting;
        if (this.#inView) this.#paintSoon();
      },
      { rootMargin: '200px' },
    );
    this.#sizes.observe(this);
    this.#sight.observe(this);
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
    this.#sight?.disconnect();
    this.#sized = undefined;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#speech);
    this.#frame = 0;
    this.#asked = this.#candidate = undefined;
    this.#run.stop();
    this.#shown.clear('');
    this.#gpu?.painter.release();
    this.#gpu = undefined;
  }

  protected override willUpdate(): void {
    if (this.isConnected) this.#choose();
    const { matrix } = this.#shown;
    if (!matrix) this.hover = this.#reported = undefined;
    this.#layout = matrix && this.room > 0 ? layoutFor(matrix, this.room, devicePixelRatio, this.#widthOf()) : undefined;
    if (this.hover && matrix) this.hover = placeWithin(this.hover, matrix);
  }

  protected override updated(_changed: PropertyValues): void {
    const { canvas } = this;
    if (canvas && canvas !== this.#sized) {
      if (this.#sized) this.#sizes?.unobserve(this.#sized);
      this.#sized = canvas;
      observeDevicePixels(this.#sizes, canvas);
    }
    if (this.#gpu && this.#gpu.canvas !== canvas) {
      this.#gpu.painter.release();
      this.#gpu = undefined;
    }
    this.#arrange();
    this.#report();
    this.#paintSoon();
  }

  // What to draw

  /** Decides what is on display from the properties, the first of them that is set. */
  #choose(): void {
    const { source, values, text } = this;
    const own = !source && values === undefined && !this.model && !this.for && text !== undefined;
    if (!own) this.#stopOwn();
    if (source) this.#showSignal(source.tape, source.tape.inputs.words?.[0], () => source);
    else if (values !== undefined) this.#showValues(values);
    else if (this.model || this.for) this.#showRun(this.#connection.model?.state);
    else if (own) this.#showRun(this.#ownRun(text));
    else this.#shown.clear('There is nothing to draw yet: give a text, the id of an <rnn-model> in for, or values.');
  }

  #showRun(run: RunState | undefined): void {
    if (!run) this.#shown.clear(this.#connection.problem);
    else if (!run.tape) this.#shown.clear(run.message);
    else {
      const { tape, words } = run;
      this.#showSignal(tape, words, () => tape.signal(this.signal, { layer: this.layer, direction: this.direction }));
    }
  }

  #showSignal(tape: Tape, words: readonly string[] | undefined, find: () => Signal): void {
    try {
      const key = [tape, this.source, this.signal, this.layer, this.direction];
      if (!same(key, this.#candidate?.key)) this.#candidate = { key, matrix: signalMatrix(find(), words) };
      this.#shown.show(this.#candidate!.matrix, tape);
    } catch (error) {
      this.#candidate = undefined;
      this.#shown.clear(error instanceof Error ? error.message : String(error));
    }
  }

  #showValues(values: unknown): void {
    const { rows, rowLabels, columnLabels, min, max } = this;
    const key = [values, rows, rowLabels, columnLabels, min, max];
    if (!same(key, this.#candidate?.key)) {
      const matrix = givenMatrix({ values, rows, rowLabels, columnLabels, min, max });
      if (typeof matrix === 'string') {
        this.#candidate = undefined;
        this.#shown.clear(matrix);
        return;
      }
      this.#candidate = { key, matrix };
    }
    this.#shown.show(this.#candidate!.matrix, undefined);
  }

  #ownRun(text: string): RunState {
    const { cell, units: hidden, seed, embedding, device } = this;
    const request = { text, words: undefined, cell, hidden, seed, embedding, device };
    const asked = JSON.stringify(request);
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#run.request(request);
    }
    return this.#run.state;
  }

  #stopOwn(): void {
    if (this.#asked === undefined) return;
    this.#asked = undefined;
    this.#run.stop();
  }

  // Templates

  #picture(matrix: Matrix, layout: Layout): TemplateResult {
    const place = this.#current(matrix);
    const name = this.label || matrix.title || 'Heatmap';
    const size = `${matrix.rows} ${matrix.rowNoun}s by ${matrix.columns} ${matrix.columnNoun}s`;
    return html`
      <div part="viewport" class="viewport" @scroll=${() => this.requestUpdate()}>
        <div class="plane">
          <div class="stage">
            <span class="corner" aria-hidden="true">${matrix.rowNoun}</span>
            <div part="column-labels" class="columns" aria-hidden="true">${this.#columnLabels(matrix, layout, place)}</div>
            <div part="row-labels" class="rows" aria-hidden="true">${this.#rowLabels(matrix, layout, place)}</div>
            <div
              class="plot"
              role="grid"
              aria-label="${name}, ${size}"
              aria-rowcount=${matrix.rows}
              aria-colcount=${matrix.columns}
              @pointermove=${this.#pointed}
              @pointerleave=${this.#left}
              @click=${this.#tapped}
            >
              ${keyed(matrix.storage ? 'gpu' : 'numbers', html`<canvas part="canvas"></canvas>`)}
              ${this.#connection.model ? html`<div class="step"></div>` : nothing}
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
      ${this.#tooltip(matrix)}
      <figcaption part="caption" class="caption">
        <div class="words">
          <p>${this.label || matrix.title}</p>
          ${this.#shown.remark ? html`<p>${this.#shown.remark}</p>` : nothing}
          <p class="engine">${this.#engineWords()}</p>
        </div>
        ${legendFor(this.#shown.coding)}
      </figcaption>
    `;
  }

  #columnLabels(matrix: Matrix, layout: Layout, place: Place): TemplateResult {
    const { first, last } = this.#visible(matrix, layout);
    const { columnStep: step } = layout;
    const labels: TemplateResult[] = [];
    for (let column = first.column - (first.column % step); column <= last.column; column += step) {
      const text = matrix.columnLabels ? matrix.columnLabels[column] : String(column + 1);
      labels.push(html`<span><bdi class=${column === place.column ? 'here' : ''}>${text}</bdi></span>`);
    }
    return html`<div>${labels}</div>`;
  }

  #rowLabels(matrix: Matrix, layout: Layout, place: Place): TemplateResult {
    const { first, last } = this.#visible(matrix, layout);
    const { rowStep: step } = layout;
    const labels: TemplateResult[] = [];
    for (let row = first.row - (first.row % step); row <= last.row; row += step) {
      const text = matrix.rowLabels ? matrix.rowLabels[row] : String(row + 1);
      labels.push(html`<span><bdi class=${row === place.row ? 'here' : ''}>${text}</bdi></span>`);
    }
    return html`<div>${labels}</div>`;
  }

  #tooltip(matrix: Matrix): TemplateResult | typeof nothing {
    const place = this.#pointedAt(matrix);
    if (!place) return nothing;
    const value = this.#shown.entries ? exactNumber(this.#shown.entries(place.row, place.column)) : '…';
    return html`<div part="tooltip" class="tip" aria-hidden="true">
      <b>${value}</b><span>${rowName(matrix, place.row)}, ${columnName(matrix, place.column, '“', '”')}</span>
    </div>`;
  }

  #nameOf(matrix: Matrix, { row, column }: Place): string {
    const value = this.#shown.entries ? exactNumber(this.#shown.entries(row, column)) : 'value on its way';
    return `${rowName(matrix, row)}, ${columnName(matrix, column, "'", "'")}, ${value}`;
  }

  #engineWords(): string {
    const engine = this.source ? this.source.tape.engine : this.values !== undefined ? undefined : (this.#connection.model?.state ?? this.#run.state).engine;
    return engine?.description ?? '';
  }

  // Where things are

  /** The part of the matrix that can be seen. */
  #visible({ rows, columns }: Matrix, { entryWidth, entryHeight, ratio, gutter, header }: Layout): { first: Place; last: Place } {
    const { scrollLeft = 0, scrollTop = 0, clientWidth = this.room, clientHeight = innerHeight } = this.viewport ?? {};
    const from = (scroll: number, entry: number) => Math.floor((Math.max(0, scroll) * ratio) / entry);
    const to = (scroll: number, seen: number, entry: number) => Math.ceil(((Math.max(0, scroll) + seen) * ratio) / entry);
    const size = { rows, columns };
    return {
      first: placeWithin({ row: from(scrollTop, entryHeight), column: from(scrollLeft, entryWidth) }, size),
      last: placeWithin({ row: to(scrollTop, clientHeight - header, entryHeight), column: to(scrollLeft, clientWidth - gutter, entryWidth) }, size),
    };
  }

  /** The entry that the keyboard is on: the model's step and unit where there is a model. */
  #current(matrix: Matrix): Place {
    const cursor = this.#connection.model?.cursor;
    const own = placeWithin(this.#place, matrix);
    if (!cursor) return own;
    // A signal may have more rows than there are units (x, or y of two directions): the model's cursor stops at the last.
    const beyond = matrix.rowNoun !== 'unit' || (own.row > cursor.unit && this.#place.row > cursor.unit && cursor.unit === this.#lastUnit());
    return placeWithin({ row: beyond ? own.row : cursor.unit, column: cursor.step }, matrix);
  }

  #lastUnit(): number {
    const layers = this.#connection.model?.state.model?.shape.layers;
    return (layers?.[layers.length - 1].hidden ?? 1) - 1;
  }

  #pointedAt(matrix: Matrix): Place | undefined {
    if (this.quiet) return undefined;
    return this.hover ?? (this.focused ? this.#current(matrix) : undefined);
  }

  #entryUnder({ clientX, clientY }: MouseEvent): Place | undefined {
    const { plot } = this;
    const layout = this.#layout;
    const { matrix } = this.#shown;
    if (!plot || !layout || !matrix) return undefined;
    const { left, top } = plot.getBoundingClientRect();
    const window = this.#window(matrix, layout);
    const column = Math.floor(((clientX - left) * layout.ratio + window.left) / layout.entryWidth);
    const row = Math.floor(((clientY - top) * layout.ratio + window.top) / layout.entryHeight);
    return placeWithin({ row, column }, matrix);
  }

  #window(matrix: Matrix, layout: Layout): PaintWindow {
    const { entryWidth, entryHeight, gap, stripe, ratio } = layout;
    const { scrollLeft = 0, scrollTop = 0 } = this.viewport ?? {};
    const { rows, columns } = matrix;
    const [left, top] = [scrollLeft, scrollTop].map((scroll) => Math.max(0, Math.round(scroll * ratio)));
    return { ...this.#canvasSize, left, top, entryWidth, entryHeight, gap, stripe, rows, columns };
  }

  /** Writes sizes and places to the elements' styles: attributes would need a policy that allows inline styles. */
  #arrange(): void {
    const { base, viewport, plot, cursor, tip } = this;
    const layout = this.#layout;
    const { matrix } = this.#shown;
    if (!layout || !matrix || !viewport || !plot || !cursor) return;
    const { entryWidth, entryHeight, gap, ratio, gutter, header, overhang, rowStep, columnStep } = layout;
    const lengths = { 'entry-width': entryWidth / ratio, 'entry-height': entryHeight / ratio, gap: gap / ratio, gutter, header };
    for (const [name, length] of Object.entries(lengths)) base.style.setProperty(`--${name}`, `${length}px`);
    base.style.setProperty('--row-step', String(rowStep));
    base.style.setProperty('--column-step', String(columnStep));

    const whole = { width: (matrix.columns * entryWidth) / ratio, height: (matrix.rows * entryHeight) / ratio };
    const plane = viewport.firstElementChild as HTMLElement;
    resize(plane, gutter + whole.width + overhang, header + whole.height);
    const stage = plane.firstElementChild as HTMLElement;
    resize(stage, Math.min(viewport.clientWidth, gutter + whole.width + overhang), Math.min(viewport.clientHeight, header + whole.height));
    resize(plot, Math.min(viewport.clientWidth - gutter, whole.width), Math.min(viewport.clientHeight - header, whole.height));

    const { left, top } = this.#window(matrix, layout);
    const { first } = this.#visible(matrix, layout);
    const shift = (index: number, step: number, entry: number, scrolled: number) => ((index - (index % step)) * entry - scrolled) / ratio;
    move(stage.querySelector('.columns > div'), shift(first.column, columnStep, entryWidth, left), 0);
    move(stage.querySelector('.rows > div'), 0, shift(first.row, rowStep, entryHeight, top));

    const at = ({ row, column }: Place) => ({ x: (column * entryWidth - left) / ratio, y: (row * entryHeight - top) / ratio });
    const here = at(this.#current(matrix));
    const seen = { x: clamp(here.x, plot.clientWidth - entryWidth / ratio), y: clamp(here.y, plot.clientHeight - entryHeight / ratio) };
    // An entry out of sight keeps the focus, but must not have the browser scroll to where it seems to be.
    cursor.classList.toggle('away', Math.abs(seen.x - here.x) > entryWidth / ratio || Math.abs(seen.y - here.y) > entryHeight / ratio);
    move(cursor, seen.x, seen.y);
    move(stage.querySelector('.step'), here.x, 0);
    const pointed = this.#pointedAt(matrix);
    if (tip && pointed) {
      const { x, y } = at(pointed);
      const above = viewport.offsetTop + header + y - tip.offsetHeight - 6;
      const below = viewport.offsetTop + header + y + entryHeight / ratio + 6;
      const middle = gutter + x + (entryWidth / ratio - tip.offsetWidth) / 2;
      move(tip, clamp(middle, base.clientWidth - tip.offsetWidth), base.getBoundingClientRect().top + above < 0 ? below : above);
    }
  }

  #widthOf(): (text: string) => number {
    const { fontSize, fontFamily } = getComputedStyle(this);
    return (text) => widthOfText(text, `${fontSize} ${fontFamily}`);
  }

  #resized(entries: readonly ResizeObserverEntry[]): void {
    for (const entry of entries) {
      if (entry.target === this) this.room = Math.floor(entry.contentRect.width);
      else if (entry.target === this.#sized) {
        const pixels = entry.devicePixelContentBoxSize?.[0];
        const { width, height } = entry.contentRect;
        this.#canvasSize = {
          width: pixels?.inlineSize ?? Math.round(width * devicePixelRatio),
          height: pixels?.blockSize ?? Math.round(height * devicePixelRatio),
        };
        this.requestUpdate(); // the ratio itself may be what changed
      }
    }
  }

  // Painting

  #paintSoon(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#inView) this.#paint();
    });
  }

  #paint(): void {
    const { canvas, strip } = this;
    const layout = this.#layout;
    const { matrix, coding, entries } = this.#shown;
    const { width, height } = this.#canvasSize;
    if (!canvas || !matrix || !layout || width === 0 || height === 0) return;
    const colours = this.#colours();
    const window = this.#window(matrix, layout);
    if (strip) paintLegend(strip, colours);
    if (matrix.storage) {
      this.#gpu ??= { canvas, painter: new GpuPainter(canvas, () => this.#paintSoon()) };
      this.#gpu.painter.paint(matrix.storage, matrix.instance, window, coding, colours);
    } else if (entries) paintEntries(canvas, window, entries, coding, colours);
  }

  #colours(): ColourTable {
    const { dark, chosen } = this.#page;
    const kind = scaleFor(this.#shown.coding);
    const key = JSON.stringify([kind, dark, chosen]);
    if (this.#table?.key !== key) this.#table = { key, colours: colourTable(kind, dark, chosen) };
    return this.#table.colours;
  }

  // What the reader does

  readonly #pointed = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') return; // a finger scrolls or taps
    const place = this.#entryUnder(event);
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
    const place = this.#entryUnder(event);
    if (!place) return;
    this.quiet = false;
    this.#go(place);
    this.cursor?.focus({ preventScroll: true });
  };

  readonly #keyed = (event: KeyboardEvent): void => {
    const { matrix } = this.#shown;
    if (!matrix || !this.#layout) return;
    if (event.key === 'Escape') {
      this.quiet = true;
      return;
    }
    const { first, last } = this.#visible(matrix, this.#layout);
    const page = Math.max(1, Math.min(10, last.row - first.row));
    const place = placeAfterKey(event, this.#current(matrix), { rows: matrix.rows, columns: matrix.columns, page });
    if (!place) return;
    event.preventDefault();
    this.quiet = false;
    this.hover = undefined;
    if (!samePlace(place, this.#current(matrix))) this.#go(place);
    this.#reveal(place);
  };

  readonly #focusIn = (): void => {
    this.focused = true;
    this.quiet = false;
    this.#shown.need();
    const { matrix } = this.#shown;
    if (matrix && !this.hover) this.#reveal(this.#current(matrix));
  };

  readonly #focusOut = (): void => {
    this.focused = false;
  };

  #go(place: Place): void {
    this.#place = place;
    this.#connection.model?.moveCursor(this.#shown.matrix?.rowNoun === 'unit' ? { step: place.column, unit: place.row } : { step: place.column });
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
    const { entries } = this.#shown;
    if (!entries || !this.#awaited) return;
    const { row, column } = (this.#reported = this.#awaited);
    this.#awaited = undefined;
    this.dispatchEvent(new EntryFocusEvent({ row, column, value: entries(row, column) }));
  }

  /** A screen reader hears where a move ended, not every entry on the way. */
  #speakSoon(): void {
    clearTimeout(this.#speech);
    this.#speech = window.setTimeout(() => {
      const { matrix } = this.#shown;
      if (matrix) this.spoken = this.#nameOf(matrix, this.#current(matrix));
    }, 350);
  }

  #reveal({ row, column }: Place): void {
    const { viewport, plot } = this;
    const layout = this.#layout;
    if (!viewport || !plot || !layout) return;
    const scroll = (from: number, seen: number, index: number, entry: number) => {
      const [start, end] = [(index * entry) / layout.ratio, ((index + 1) * entry) / layout.ratio];
      return start < from ? start : end > from + seen ? end - seen : from;
    };
    viewport.scrollLeft = scroll(viewport.scrollLeft, plot.clientWidth, column, layout.entryWidth);
    viewport.scrollTop = scroll(viewport.scrollTop, plot.clientHeight, row, layout.entryHeight);
  }
}

unitsAsHidden(RnnHeatmap);

function rowName({ rowNoun, rowLabels }: Matrix, row: number): string {
  return rowLabels ? rowLabels[row] : `${rowNoun} ${row + 1}`;
}

function columnName({ columnNoun, columnLabels }: Matrix, column: number, open: string, close: string): string {
  return `${columnNoun} ${column + 1}${columnLabels ? ` ${open}${columnLabels[column]}${close}` : ''}`;
}

function same(a: readonly unknown[], b: readonly unknown[] | undefined): boolean {
  return a.length === b?.length && a.every((part, i) => Object.is(part, b[i]));
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}

function resize(element: HTMLElement, width: number, height: number): void {
  element.style.width = `${Math.max(0, width)}px`;
  element.style.height = `${Math.max(0, height)}px`;
}

function move(element: HTMLElement | null, x: number, y: number): void {
  if (element) element.style.transform = `translate(${x}px, ${y}px)`;
}

function observeDevicePixels(observer: ResizeObserver | undefined, canvas: Element): void {
  try {
    observer?.observe(canvas, { box: 'device-pixel-content-box' });
  } catch {
    observer?.observe(canvas); // Safari has no such box
  }
}

let ruler: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();

function widthOfText(text: string, font: string): number {
  const key = `${font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    ruler ??= document.createElement('canvas').getContext('2d');
    if (ruler) ruler.font = font;
    width = ruler?.measureText(text).width ?? 8 * text.length;
    if (widths.size > 10_000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-heatmap': RnnHeatmap;
  }
  interface HTMLElementEventMap {
    'entry-focus': EntryFocusEvent;
  }
}
