/** Paints a matrix from its numbers on a 2D canvas: the same picture, pixel for pixel, as shaders/paint/heatmap.wgsl. */
import { cssColour, LAST, NOT_A_NUMBER, ZERO, type ColourTable } from '../colour/scale';
import { colourIndex, colourIndexOfLog, type Coding } from '../range';
import type { PaintWindow } from './window';

/** Values of the matrix by place. */
export type EntryAt = (row: number, column: number) => number;

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
  const context = canvas.getContext('2d');
  if (!context) return;
  if (canvas.width !== window.width) canvas.width = window.width;
  if (canvas.height !== window.height) canvas.height = window.height;
  context.clearRect(0, 0, window.width, window.height);
  const { left, top, entryWidth, entryHeight, gap } = window;
  const lastColumn = Math.min(window.columns, Math.ceil((left + window.width) / entryWidth));
  const lastRow = Math.min(window.rows, Math.ceil((top + window.height) / entryHeight));
  for (let row = Math.floor(top / entryHeight); row < lastRow; row++) {
    for (let column = Math.floor(left / entryWidth); column < lastColumn; column++) {
      const value = at(row, column);
      const index = kind.logarithms ? colourIndexOfLog(value, coding) : colourIndex(value, coding);
      if (index === ZERO && kind.zeroIsEmpty) continue;
      const box = { x: column * entryWidth - left, y: row * entryHeight - top, width: entryWidth - gap, height: entryHeight - gap };
      if (index === NOT_A_NUMBER) paintStripes(context, window, box, Number.isNaN(value) ? undefined : cssColour(table, value > 0 || coding.scaling === 'log' ? LAST : 0), table);
      else {
        context.fillStyle = cssColour(table, index);
        context.fillRect(box.x, box.y, box.width, box.height);
      }
    }
  }
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Diagonal stripes, over nothing for NaN and over the end's colour for an infinity. */
function paintStripes(context: CanvasRenderingContext2D, { left, top, stripe }: PaintWindow, box: Box, ground: string | undefined, table: ColourTable): void {
  if (ground) {
    context.fillStyle = ground;
    context.fillRect(box.x, box.y, box.width, box.height);
  }
  context.fillStyle = cssColour(table, NOT_A_NUMBER);
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let x = box.x; x < box.x + box.width; x++) {
      if (Math.floor((x + left + y + top) / stripe) % 2 === 0) context.fillRect(x, y, 1, 1);
    }
  }
}
