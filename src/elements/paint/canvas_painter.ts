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

/** The pixels last written to a canvas, to be written over: a new block of memory for each frame would soon be swept up. */
const images = new WeakMap<HTMLCanvasElement, ImageData>();

/**
 * Paints the whole window from cells whose colours are known. Without a context nothing happens.
 *
 * @param zeroIsEmpty - exact zeros of a logarithmic scale are left empty
 */
export function paintCells(canvas: HTMLCanvasElement, window: PaintWindow, cells: CellColours, table: ColourTable, zeroIsEmpty: boolean): void {
  const context = canvas.getContext('2d');
  const { width, height } = window;
  if (!context || width === 0 || height === 0) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  let image = images.get(canvas);
  if (image?.width !== width || image.height !== height) images.set(canvas, (image = context.createImageData(width, height)));
  fillPixels(new Uint32Array(image.data.buffer), window, cells, new Uint32Array(table.buffer), zeroIsEmpty);
  context.putImageData(image, 0, 0);
}

/** @param colours - as pixels: the bytes of the table are those of an ImageData */
function fillPixels(pixels: Uint32Array, window: PaintWindow, cells: CellColours, colours: Uint32Array, zeroIsEmpty: boolean): void {
  const { width, height, left, top, entryWidth, entryHeight, gap } = window;
  pixels.fill(0);
  const [firstRow, lastRow] = [Math.floor(top / entryHeight), Math.min(window.rows, Math.ceil((top + height) / entryHeight)) - 1];
  const [firstColumn, lastColumn] = [Math.floor(left / entryWidth), Math.min(window.columns, Math.ceil((left + width) / entryWidth)) - 1];
  if (lastRow < firstRow || lastColumn < firstColumn) return;
  const indices = cells.indices([firstRow, lastRow], [firstColumn, lastColumn]);
  const plain = colours.slice();
  plain[NOT_A_NUMBER] = 0;
  if (zeroIsEmpty) plain[ZERO] = 0;
  for (let row = firstRow; row <= lastRow; row++) {
    const from = Math.max(0, row * entryHeight - top);
    const to = Math.min(height, (row + 1) * entryHeight - gap - top);
    if (to <= from) continue;
    const line = from * width;
    const first = row * window.columns;
    let striped = false;
    for (let column = firstColumn, x = firstColumn * entryWidth - left; column <= lastColumn; column++, x += entryWidth) {
      const index = indices[first + column];
      striped ||= index === NOT_A_NUMBER;
      const colour = plain[index];
      if (entryWidth === 1) pixels[line + x] = colour;
      else for (let k = Math.max(0, x), end = Math.min(width, x + entryWidth - gap); k < end; k++) pixels[line + k] = colour;
    }
    for (let y = from + 1; y < to; y++) pixels.copyWithin(y * width, line, line + width);
    if (striped) stripeRow(pixels, window, cells, indices, colours, row, firstColumn, lastColumn);
  }
}

/** Diagonal stripes, over nothing for NaN and over the end's colour for an infinity. */
function stripeRow(pixels: Uint32Array, { width, height, left, top, entryWidth, entryHeight, gap, stripe, columns }: PaintWindow, cells: CellColours, indices: Uint8Array, colours: Uint32Array, row: number, first: number, last: number): void {
  for (let column = first; column <= last; column++) {
    if (indices[row * columns + column] !== NOT_A_NUMBER) continue;
    const value = cells.valueOf(row, column);
    const ground = Number.isNaN(value) ? 0 : colours[value > 0 || cells.coding.scaling === 'log' ? LAST : 0];
    for (let y = Math.max(0, row * entryHeight - top); y < Math.min(height, (row + 1) * entryHeight - gap - top); y++) {
      for (let x = Math.max(0, column * entryWidth - left); x < Math.min(width, (column + 1) * entryWidth - gap - left); x++) {
        pixels[y * width + x] = Math.floor((x + left + y + top) / stripe) % 2 === 0 ? colours[NOT_A_NUMBER] : ground;
      }
    }
  }
}
