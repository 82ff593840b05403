/**
 * Paints a matrix from its numbers on a 2D canvas: the same picture, pixel for pixel, as shaders/paint/heatmap.wgsl. It
 * writes pixels, not rectangles, so that its cost is that of the canvas.
 */
import { LAST, NOT_A_NUMBER, ZERO, type ColourTable } from '../colour/scale';
import type { Coding } from '../range';
import { CellColours, type EntryAt } from './cell_colours';
import type { PaintWindow } from './window';

export type { EntryAt } from './cell_colours';

/** How the entries differ from a plain grid of values. */
export interface EntryKind {
  /** They are given as logarithms to the base of ten, −∞ for 0. */
  readonly logarithms: boolean;
  /** Exact zeros are left empty. */
  readonly zeroIsEmpty: boolean;
}

const PLAIN: EntryKind = { logarithms: false, zeroIsEmpty: false };

/** Paints the whole window. Without a context (the browser is out of memory) nothing happens. */
export function paintEntries(canvas: HTMLCanvasElement, window: PaintWindow, at: EntryAt, coding: Coding, table: ColourTable, kind = PLAIN): void {
  const cells = new CellColours({ rows: window.rows, columns: window.columns, at, logarithms: kind.logarithms }, window, coding);
  paintCells(canvas, window, cells, table, kind.zeroIsEmpty);
}

/** What a canvas shows, and the pixels of it, to be moved and written over: a new block of memory for each frame would soon be swept up. */
interface Painted {
  readonly image: ImageData;
  readonly window: PaintWindow;
  readonly cells: CellColours;
  readonly table: ColourTable;
  readonly zeroIsEmpty: boolean;
}

const painted = new WeakMap<HTMLCanvasElement, Painted>();

/** Pixels of a canvas, the ends not included. */
interface Area {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

/**
 * Paints the whole window from cells whose colours are known. Where it only moved over them, what stays in sight is moved along,
 * so that to pan costs what comes into sight. Without a context nothing happens.
 *
 * @param zeroIsEmpty - exact zeros of a logarithmic scale are left empty
 */
export function paintCells(canvas: HTMLCanvasElement, window: PaintWindow, cells: CellColours, table: ColourTable, zeroIsEmpty: boolean): void {
  const context = canvas.getContext('2d');
  const { width, height } = window;
  if (!context || width === 0 || height === 0) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const last = painted.get(canvas);
  const image = last?.image.width === width && last.image.height === height ? last.image : context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const isSame = last?.image === image && last.cells === cells && last.table === table && last.zeroIsEmpty === zeroIsEmpty && isMoved(last.window, window);
  const areas = isSame ? move(pixels, last.window, window) : [{ x: [0, width], y: [0, height] } as const];
  for (const area of areas) fillPixels(pixels, window, area, cells, new Uint32Array(table.buffer), zeroIsEmpty);
  painted.set(canvas, { image, window, cells, table, zeroIsEmpty });
  context.putImageData(image, 0, 0);
}

/** Whether two windows of one size differ in nothing but their place. */
function isMoved(before: PaintWindow, { left: _left, top: _top, ...same }: PaintWindow): boolean {
  return Object.entries(same).every(([name, value]) => before[name as keyof PaintWindow] === value);
}

/** Moves the pixels to where the window has them now. Returns what is to be filled: strips that came into sight, or everything. */
function move(pixels: Uint32Array, before: PaintWindow, { left, top, width, height }: PaintWindow): Area[] {
  const [right, down] = [left - before.left, top - before.top];
  if (Math.abs(right) >= width || Math.abs(down) >= height) return [{ x: [0, width], y: [0, height] }];
  // What runs over the ends of lines lands in the strips.
  const by = down * width + right;
  if (by > 0) pixels.copyWithin(0, by);
  else pixels.copyWithin(-by, 0);
  const areas: Area[] = [];
  if (right !== 0) areas.push({ x: right > 0 ? [width - right, width] : [0, -right], y: [0, height] });
  if (down !== 0) areas.push({ x: [0, width], y: down > 0 ? [height - down, height] : [0, -down] });
  return areas;
}

/** @param colours - as pixels: the bytes of the table are those of an ImageData */
function fillPixels(pixels: Uint32Array, window: PaintWindow, area: Area, cells: CellColours, colours: Uint32Array, zeroIsEmpty: boolean): void {
  const { width, left, top, entryWidth, entryHeight, gap } = window;
  const [begin, end] = area.x;
  const [above, below] = area.y;
  for (let y = above; y < below; y++) pixels.fill(0, y * width + begin, y * width + end);
  const [firstRow, lastRow] = [Math.floor((top + above) / entryHeight), Math.min(window.rows, Math.ceil((top + below) / entryHeight)) - 1];
  const [firstColumn, lastColumn] = [Math.floor((left + begin) / entryWidth), Math.min(window.columns, Math.ceil((left + end) / entryWidth)) - 1];
  if (lastRow < firstRow || lastColumn < firstColumn) return;
  const indices = cells.indices([firstRow, lastRow], [firstColumn, lastColumn]);
  const plain = colours.slice();
  plain[NOT_A_NUMBER] = 0;
  if (zeroIsEmpty) plain[ZERO] = 0;
  for (let row = firstRow; row <= lastRow; row++) {
    const from = Math.max(above, row * entryHeight - top);
    const to = Math.min(below, (row + 1) * entryHeight - gap - top);
    if (to <= from) continue;
    const line = from * width;
    const first = row * window.columns;
    let striped = false;
    for (let column = firstColumn, x = firstColumn * entryWidth - left; column <= lastColumn; column++, x += entryWidth) {
      const index = indices[first + column];
      striped ||= index === NOT_A_NUMBER;
      const colour = plain[index];
      if (entryWidth === 1) pixels[line + x] = colour;
      else for (let k = Math.max(begin, x), last = Math.min(end, x + entryWidth - gap); k < last; k++) pixels[line + k] = colour;
    }
    for (let y = from + 1; y < to; y++) pixels.copyWithin(y * width + begin, line + begin, line + end);
    if (striped) stripeRow(pixels, window, area, cells, indices, colours, row, firstColumn, lastColumn);
  }
}

/** Diagonal stripes, over nothing for NaN and over the end's colour for an infinity. */
function stripeRow(pixels: Uint32Array, { width, left, top, entryWidth, entryHeight, gap, stripe, columns }: PaintWindow, { x: [begin, end], y: [above, below] }: Area, cells: CellColours, indices: Uint8Array, colours: Uint32Array, row: number, first: number, last: number): void {
  for (let column = first; column <= last; column++) {
    if (indices[row * columns + column] !== NOT_A_NUMBER) continue;
    const value = cells.valueOf(row, column);
    const ground = Number.isNaN(value) ? 0 : colours[value > 0 || cells.coding.scaling === 'log' ? LAST : 0];
    for (let y = Math.max(above, row * entryHeight - top); y < Math.min(below, (row + 1) * entryHeight - gap - top); y++) {
      for (let x = Math.max(begin, column * entryWidth - left); x < Math.min(end, (column + 1) * entryWidth - gap - left); x++) {
        pixels[y * width + x] = Math.floor((x + left + y + top) / stripe) % 2 === 0 ? colours[NOT_A_NUMBER] : ground;
      }
    }
  }
}
