/**
 * Where everything of a heatmap is. The scrolled plane is as large as the whole matrix; what can be seen of it is a
 * stage that stays in place, with a canvas of the stage's size, so a long text never needs a large canvas. Sizes
 * and places go to `style` properties, since style attributes would need a policy that allows them.
 */
import { placeWithin, type Place } from './grid_keys';
import { firstLabel, type Visible } from './heatmap_labels';
import type { Layout } from './heatmap_layout';
import type { Matrix } from './matrix';
import { spanOf, type Span } from './paint/cell_colours';
import type { PaintWindow } from './paint/window';
import type { RowOrder } from './row_order';

/** Entries of a matrix that make up a rectangle on display: places of rows, and columns. */
export interface Block {
  readonly rows: Span;
  readonly columns: Span;
}

/** What of the entries is marked: places of rows, and columns. */
export interface Attended {
  /** The keyboard's cursor. */
  readonly current: Place;
  /** What the tooltip stands beside. */
  readonly pointed: Block | undefined;
  readonly pinned: Block | undefined;
}

/** In CSS pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Of the page, as events of the pointer have it. */
export interface PagePoint {
  readonly clientX: number;
  readonly clientY: number;
}

export class HeatmapGeometry {
  /** @param mirrored - columns run from right to left */
  constructor(
    private readonly root: ParentNode,
    readonly matrix: Matrix,
    readonly layout: Layout,
    readonly order: RowOrder,
    readonly mirrored: boolean,
  ) {}

  /** The part of the matrix that can be seen: rows by their place. */
  get visible(): Visible {
    const { matrix, layout } = this;
    const { clientWidth = innerWidth, clientHeight = innerHeight } = this.#viewport ?? {};
    const { left, top } = this.scrolled;
    const last = {
      row: Math.ceil((top + (clientHeight - layout.header) * layout.ratio) / layout.entryHeight),
      column: Math.ceil((left + (clientWidth - layout.gutter) * layout.ratio) / layout.entryWidth),
    };
    const first = { row: Math.floor(top / layout.entryHeight), column: Math.floor(left / layout.entryWidth) };
    return { first: placeWithin(first, matrix), last: placeWithin(last, matrix) };
  }

  /** The entry at the corner of what can be seen, in parts of entries: rows by their place. */
  get corner(): { readonly row: number; readonly column: number } {
    const { entryWidth, entryHeight } = this.layout;
    const { left, top } = this.scrolled;
    return { row: top / entryHeight, column: left / entryWidth };
  }

  /** How far the plane is scrolled, in device pixels from where columns and rows begin. */
  get scrolled(): { readonly left: number; readonly top: number } {
    const { scrollLeft = 0, scrollTop = 0 } = this.#viewport ?? {};
    const { ratio } = this.layout;
    return { left: Math.max(0, Math.round((this.mirrored ? -scrollLeft : scrollLeft) * ratio)), top: Math.max(0, Math.round(scrollTop * ratio)) };
  }

  /** Whether entries share a pixel. */
  get isDense(): boolean {
    return this.layout.entryWidth < 1 || this.layout.entryHeight < 1;
  }

  /** What a canvas of that size, in device pixels, shows. */
  window(canvas: { readonly width: number; readonly height: number }): PaintWindow {
    const { entryWidth, entryHeight, gap, stripe } = this.layout;
    const { rows, columns } = this.#cells;
    return { ...canvas, ...this.scrolled, entryWidth: Math.max(1, entryWidth), entryHeight: Math.max(1, entryHeight), gap, stripe, rows, columns };
  }

  /** The entries at a point of the page, as many as share its pixel: rows by their place. */
  blockUnder(point: PagePoint): Block {
    const { matrix, layout } = this;
    const { rows, columns } = this.#cells;
    const { x, y } = this.#onPlane(point);
    const cell = placeWithin({ row: Math.floor(y / Math.max(1, layout.entryHeight)), column: Math.floor(x / Math.max(1, layout.entryWidth)) }, { rows, columns });
    return { rows: spanOf(cell.row, rows, matrix.rows), columns: spanOf(cell.column, columns, matrix.columns) };
  }

  /** The point of the page in parts of entries: rows by their place. */
  pointUnder(point: PagePoint): { readonly row: number; readonly column: number } {
    const { x, y } = this.#onPlane(point);
    return { row: y / this.layout.entryHeight, column: x / this.layout.entryWidth };
  }

  /** The point of the page from where the plot's columns and rows in sight begin, in device pixels. */
  onPlot({ clientX, clientY }: PagePoint): { readonly left: number; readonly top: number } {
    const { ratio } = this.layout;
    const { left, right, top } = this.#plot!.getBoundingClientRect();
    return { left: (this.mirrored ? right - clientX : clientX - left) * ratio, top: (clientY - top) * ratio };
  }

  /** The middle of what can be seen, as a point of the page. */
  get middle(): PagePoint {
    const { left, right, top, bottom } = this.#plot!.getBoundingClientRect();
    return { clientX: (left + right) / 2, clientY: (top + bottom) / 2 };
  }

  /** Where a block is drawn, from the corner of the plot: what cannot be seen is cut off. Undefined if that is all of it. */
  boxOf({ rows, columns }: Block): Box | undefined {
    const { entryWidth, entryHeight, gap, ratio } = this.layout;
    const { left, top } = this.scrolled;
    const { width, height } = this.#plotSize;
    const side = ([first, last]: Span, entry: number, from: number, seen: number) => {
      const start = Math.max(-2, (first * entry - from) / ratio);
      const end = Math.min(seen + 2, ((last + 1) * entry - gap - from) / ratio);
      return { start, length: end - start };
    };
    const [across, down] = [side(columns, entryWidth, left, width), side(rows, entryHeight, top, height)];
    if (across.length <= 0 || down.length <= 0) return undefined;
    return { x: this.mirrored ? width - across.start - across.length : across.start, y: down.start, width: across.length, height: down.length };
  }

  /** Sizes the stage, and puts labels, cursor and tooltips where they belong. */
  arrange(base: HTMLElement, { current, pointed, pinned }: Attended): void {
    const { matrix, layout } = this;
    const { entryWidth, entryHeight, gap, ratio, gutter, header, overhang, rowStep, columnStep, longestLabel } = layout;
    const viewport = this.#viewport;
    const plot = this.#plot;
    if (!viewport || !plot) return;
    const lengths = { 'entry-width': entryWidth / ratio, 'entry-height': entryHeight / ratio, gap: gap / ratio, gutter, header, 'longest-label': longestLabel };
    for (const [name, length] of Object.entries(lengths)) base.style.setProperty(`--${name}`, `${length}px`);
    base.style.setProperty('--row-step', String(rowStep));
    base.style.setProperty('--column-step', String(columnStep));

    const whole = this.#whole;
    const plane = viewport.firstElementChild as HTMLElement;
    const stage = plane.firstElementChild as HTMLElement;
    resize(plane, gutter + whole.width + overhang, header + whole.height);
    resize(stage, Math.min(viewport.clientWidth, gutter + whole.width + overhang), Math.min(viewport.clientHeight, header + whole.height));
    resize(plot, Math.min(viewport.clientWidth - gutter, whole.width), Math.min(viewport.clientHeight - header, whole.height));

    const { left, top } = this.scrolled;
    const { first } = this.visible;
    const start = this.mirrored ? -1 : 1;
    move(stage.querySelector('.columns > div'), (start * (firstLabel(first.column, columnStep) * entryWidth - left)) / ratio, 0);
    move(stage.querySelector('.rows > div'), 0, (firstLabel(first.row, rowStep) * entryHeight - top) / ratio);
    const here = this.#cornerOf(current);
    if (matrix.pairs) move(stage.querySelector('.step'), 0, here.y);
    else move(stage.querySelector('.step'), here.x, 0);
    this.#putCursor(stage.querySelector('.cursor')!, plot, here);
    const plotTop = viewport.offsetTop + header;
    this.#putTip(base.querySelector('.tip:not(.kept)'), base, plotTop, pointed);
    this.#putTip(base.querySelector('.tip.kept'), base, plotTop, pinned);
  }

  /** Scrolls until an entry can be seen whole: its row by its place. */
  reveal({ row, column }: Place): void {
    const viewport = this.#viewport;
    const plot = this.#plot;
    if (!viewport || !plot) return;
    const { ratio, entryWidth, entryHeight } = this.layout;
    const scroll = (from: number, seen: number, index: number, entry: number) => {
      const [start, end] = [(index * entry) / ratio, ((index + 1) * entry) / ratio];
      return start < from ? start : Math.max(from, end - seen);
    };
    const { left, top } = this.scrolled;
    this.#scrollTo(scroll(left / ratio, plot.clientWidth, column, entryWidth), scroll(top / ratio, plot.clientHeight, row, entryHeight));
  }

  /** Scrolls an entry, in parts of entries, to the corner of what can be seen. */
  scrollToCorner({ row, column }: { readonly row: number; readonly column: number }): void {
    const { ratio, entryWidth, entryHeight } = this.layout;
    this.#scrollTo((column * entryWidth) / ratio, (row * entryHeight) / ratio);
  }

  #scrollTo(left: number, top: number): void {
    const viewport = this.#viewport;
    if (!viewport) return;
    viewport.scrollLeft = this.mirrored ? -left : left;
    viewport.scrollTop = top;
  }

  get #viewport(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>('.viewport');
  }

  get #plot(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>('.plot');
  }

  /** What is drawn: entries, or the pixels that they share. */
  get #cells(): { readonly rows: number; readonly columns: number } {
    const { entryWidth, entryHeight } = this.layout;
    const { rows, columns } = this.matrix;
    return { rows: entryHeight < 1 ? Math.round(rows * entryHeight) : rows, columns: entryWidth < 1 ? Math.round(columns * entryWidth) : columns };
  }

  /** Of all entries together, in CSS pixels. */
  get #whole(): { readonly width: number; readonly height: number } {
    const { entryWidth, entryHeight, ratio } = this.layout;
    return { width: (this.matrix.columns * entryWidth) / ratio, height: (this.matrix.rows * entryHeight) / ratio };
  }

  /** What of them can be seen at once. */
  get #plotSize(): { readonly width: number; readonly height: number } {
    const { clientWidth = innerWidth, clientHeight = innerHeight } = this.#viewport ?? {};
    const { gutter, header } = this.layout;
    const { width, height } = this.#whole;
    return { width: Math.min(clientWidth - gutter, width), height: Math.min(clientHeight - header, height) };
  }

  /** A point of the page on the plane, in device pixels. */
  #onPlane(point: PagePoint): { readonly x: number; readonly y: number } {
    const { left, top } = this.onPlot(point);
    const scrolled = this.scrolled;
    return { x: left + scrolled.left, y: top + scrolled.top };
  }

  /** An entry's corner on the plot, in CSS pixels: its row by its place. */
  #cornerOf({ row, column }: Place): { x: number; y: number } {
    const { entryWidth, entryHeight, ratio } = this.layout;
    const { left, top } = this.scrolled;
    const x = (column * entryWidth - left) / ratio;
    return { x: this.mirrored ? this.#plotSize.width - x - entryWidth / ratio : x, y: (row * entryHeight - top) / ratio };
  }

  /** An entry out of sight keeps the focus, but must not have the browser scroll to where it seems to be. */
  #putCursor(cursor: HTMLElement, plot: HTMLElement, here: { x: number; y: number }): void {
    const { entryWidth, entryHeight, ratio } = this.layout;
    const [width, height] = [entryWidth / ratio, entryHeight / ratio];
    const seen = { x: clamp(here.x, plot.clientWidth - width), y: clamp(here.y, plot.clientHeight - height) };
    cursor.classList.toggle('away', Math.abs(seen.x - here.x) >= width || Math.abs(seen.y - here.y) >= height);
    move(cursor, seen.x, seen.y);
  }

  /** Above its entry, or below where the page ends above. */
  #putTip(tip: HTMLElement | null, base: HTMLElement, plotTop: number, block: Block | undefined): void {
    const box = block && this.boxOf(block);
    tip?.classList.toggle('away', !box);
    if (!tip || !box) return;
    const { x, y, width, height } = box;
    const { gutter } = this.layout;
    const above = plotTop + y - tip.offsetHeight - 7;
    const below = plotTop + y + height + 7;
    const plotLeft = this.mirrored ? base.clientWidth - gutter - this.#plotSize.width : gutter;
    const middle = plotLeft + x + (width - tip.offsetWidth) / 2;
    move(tip, clamp(middle, base.clientWidth - tip.offsetWidth), base.getBoundingClientRect().top + above < 0 ? below : above);
  }
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
