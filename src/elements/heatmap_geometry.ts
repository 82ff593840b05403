/**
 * Where everything of a heatmap is. The scrolled plane is as large as the whole matrix; what can be seen of it is a
 * stage that stays in place, with a canvas of the stage's size, so a long text never needs a large canvas. Sizes
 * and places go to `style` properties, since style attributes would need a policy that allows them.
 */
import { placeWithin, type Place } from './grid_keys';
import { firstLabel, type Visible } from './heatmap_labels';
import type { Layout } from './heatmap_layout';
import type { Matrix } from './matrix';
import type { PaintWindow } from './paint/window';

export class HeatmapGeometry {
  constructor(
    private readonly root: ParentNode,
    readonly matrix: Matrix,
    readonly layout: Layout,
  ) {}

  /** The part of the matrix that can be seen. */
  get visible(): Visible {
    const { matrix, layout } = this;
    const { clientWidth = innerWidth, clientHeight = innerHeight } = this.#viewport ?? {};
    const { left, top } = this.#scrolled;
    const last = {
      row: Math.ceil((top + (clientHeight - layout.header) * layout.ratio) / layout.entryHeight),
      column: Math.ceil((left + (clientWidth - layout.gutter) * layout.ratio) / layout.entryWidth),
    };
    const first = { row: Math.floor(top / layout.entryHeight), column: Math.floor(left / layout.entryWidth) };
    return { first: placeWithin(first, matrix), last: placeWithin(last, matrix) };
  }

  /** What a canvas of that size, in device pixels, shows. */
  window(canvas: { readonly width: number; readonly height: number }): PaintWindow {
    const { entryWidth, entryHeight, gap, stripe } = this.layout;
    const { rows, columns } = this.matrix;
    return { ...canvas, ...this.#scrolled, entryWidth, entryHeight, gap, stripe, rows, columns };
  }

  /** The entry under the pointer. */
  placeUnder({ clientX, clientY }: MouseEvent): Place {
    const { ratio, entryWidth, entryHeight } = this.layout;
    const { left, top } = this.#plot!.getBoundingClientRect();
    const scrolled = this.#scrolled;
    const column = Math.floor(((clientX - left) * ratio + scrolled.left) / entryWidth);
    const row = Math.floor(((clientY - top) * ratio + scrolled.top) / entryHeight);
    return placeWithin({ row, column }, this.matrix);
  }

  /** Sizes the stage, and puts labels, cursor and tooltip where they belong. */
  arrange(base: HTMLElement, current: Place, pointed: Place | undefined): void {
    const { matrix, layout } = this;
    const { entryWidth, entryHeight, gap, ratio, gutter, header, overhang, rowStep, columnStep } = layout;
    const viewport = this.#viewport;
    const plot = this.#plot;
    if (!viewport || !plot) return;
    const lengths = { 'entry-width': entryWidth / ratio, 'entry-height': entryHeight / ratio, gap: gap / ratio, gutter, header };
    for (const [name, length] of Object.entries(lengths)) base.style.setProperty(`--${name}`, `${length}px`);
    base.style.setProperty('--row-step', String(rowStep));
    base.style.setProperty('--column-step', String(columnStep));

    const whole = { width: (matrix.columns * entryWidth) / ratio, height: (matrix.rows * entryHeight) / ratio };
    const plane = viewport.firstElementChild as HTMLElement;
    const stage = plane.firstElementChild as HTMLElement;
    resize(plane, gutter + whole.width + overhang, header + whole.height);
    resize(stage, Math.min(viewport.clientWidth, gutter + whole.width + overhang), Math.min(viewport.clientHeight, header + whole.height));
    resize(plot, Math.min(viewport.clientWidth - gutter, whole.width), Math.min(viewport.clientHeight - header, whole.height));

    const { left, top } = this.#scrolled;
    const { first } = this.visible;
    move(stage.querySelector('.columns > div'), (firstLabel(first.column, columnStep) * entryWidth - left) / ratio, 0);
    move(stage.querySelector('.rows > div'), 0, (firstLabel(first.row, rowStep) * entryHeight - top) / ratio);
    const here = this.#corner(current);
    if (matrix.pairs) move(stage.querySelector('.step'), 0, here.y);
    else move(stage.querySelector('.step'), here.x, 0);
    this.#putCursor(stage.querySelector('.cursor')!, plot, here);
    const tip = base.querySelector<HTMLElement>('.tip');
    if (tip && pointed) this.#putTip(tip, base, viewport.offsetTop + header, this.#corner(pointed));
  }

  /** Scrolls until an entry can be seen whole. */
  reveal({ row, column }: Place): void {
    const viewport = this.#viewport;
    const plot = this.#plot;
    if (!viewport || !plot) return;
    const { ratio, entryWidth, entryHeight } = this.layout;
    const scroll = (from: number, seen: number, index: number, entry: number) => {
      const [start, end] = [(index * entry) / ratio, ((index + 1) * entry) / ratio];
      return start < from ? start : Math.max(from, end - seen);
    };
    viewport.scrollLeft = scroll(viewport.scrollLeft, plot.clientWidth, column, entryWidth);
    viewport.scrollTop = scroll(viewport.scrollTop, plot.clientHeight, row, entryHeight);
  }

  get #viewport(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>('.viewport');
  }

  get #plot(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>('.plot');
  }

  /** In device pixels. */
  get #scrolled(): { left: number; top: number } {
    const { scrollLeft = 0, scrollTop = 0 } = this.#viewport ?? {};
    const { ratio } = this.layout;
    return { left: Math.max(0, Math.round(scrollLeft * ratio)), top: Math.max(0, Math.round(scrollTop * ratio)) };
  }

  /** An entry's corner on the plot, in CSS pixels. */
  #corner({ row, column }: Place): { x: number; y: number } {
    const { entryWidth, entryHeight, ratio } = this.layout;
    const { left, top } = this.#scrolled;
    return { x: (column * entryWidth - left) / ratio, y: (row * entryHeight - top) / ratio };
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
  #putTip(tip: HTMLElement, base: HTMLElement, plotTop: number, { x, y }: { x: number; y: number }): void {
    const { entryWidth, entryHeight, ratio, gutter } = this.layout;
    const above = plotTop + y - tip.offsetHeight - 7;
    const below = plotTop + y + entryHeight / ratio + 7;
    const middle = gutter + x + (entryWidth / ratio - tip.offsetWidth) / 2;
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
