/**
 * What a heatmap draws, as one byte a cell: the index of a colour. A cell is an entry; or, where entries are smaller than
 * a pixel, all those that share one, and then the largest by magnitude stands for them, so that nothing large hides. Cells
 * are looked up a tile at a time, when one comes into sight, and kept: to pan costs by the pixel, whatever lies beneath.
 */
import { colourIndex, colourIndexOfLog, type Coding } from '../range';

/** Values of the matrix by place. */
export type EntryAt = (row: number, column: number) => number;

/** Numbers to be drawn, rows in the order of their display. */
export interface Entries {
  readonly rows: number;
  readonly columns: number;
  readonly at: EntryAt;
  /** They are given as logarithms to the base of ten, −∞ for 0. */
  readonly logarithms: boolean;
}

/** How many cells they are drawn as; no more than there are entries, either way. */
export interface CellGrid {
  readonly rows: number;
  readonly columns: number;
}

/** First and last, included. */
export type Span = readonly [first: number, last: number];

const TILE = 64;

export class CellColours {
  readonly #indices: Uint8Array;
  readonly #tiles: Uint8Array;
  readonly #tilesAcross: number;

  constructor(
    readonly entries: Entries,
    readonly grid: CellGrid,
    readonly coding: Coding,
  ) {
    this.#indices = new Uint8Array(grid.rows * grid.columns);
    this.#tilesAcross = Math.ceil(grid.columns / TILE);
    this.#tiles = new Uint8Array(this.#tilesAcross * Math.ceil(grid.rows / TILE));
  }

  /** Indices of colours, row by row: up to date for the cells of these rows and columns, whatever they were before. */
  indices(rows: Span, columns: Span): Uint8Array {
    for (let down = Math.floor(rows[0] / TILE); down * TILE <= rows[1]; down++) {
      for (let across = Math.floor(columns[0] / TILE); across * TILE <= columns[1]; across++) {
        const tile = down * this.#tilesAcross + across;
        if (this.#tiles[tile] === 0) this.#fill(down * TILE, across * TILE);
        this.#tiles[tile] = 1;
      }
    }
    return this.#indices;
  }

  /** The number that a cell stands for. */
  valueOf(row: number, column: number): number {
    const { rows, columns, at, logarithms } = this.entries;
    const [top, bottom] = spanOf(row, this.grid.rows, rows);
    const [left, right] = spanOf(column, this.grid.columns, columns);
    return largest(at, top, bottom, left, right, logarithms);
  }

  #fill(top: number, left: number): void {
    const { grid, coding, entries } = this;
    const bottom = Math.min(top + TILE, grid.rows);
    const right = Math.min(left + TILE, grid.columns);
    const index = entries.logarithms ? colourIndexOfLog : colourIndex;
    const isPlain = grid.rows === entries.rows && grid.columns === entries.columns;
    const { at } = entries;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) this.#indices[row * grid.columns + column] = index(isPlain ? at(row, column) : this.valueOf(row, column), coding);
    }
  }
}

/** Which entries a cell holds along one side. */
export function spanOf(cell: number, cells: number, entries: number): Span {
  if (cells === entries) return [cell, cell];
  return [Math.floor((cell * entries) / cells), Math.floor(((cell + 1) * entries) / cells) - 1];
}

/** The largest magnitude of a block, with its sign; not a number if any is none. */
function largest(at: EntryAt, top: number, bottom: number, left: number, right: number, logarithms: boolean): number {
  let found = at(top, left);
  if (top === bottom && left === right) return found;
  let size = logarithms ? found : Math.abs(found);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const value = at(row, column);
      const magnitude = logarithms ? value : Math.abs(value);
      if (magnitude <= size) continue;
      if (Number.isNaN(magnitude) || Number.isNaN(size)) return NaN;
      found = value;
      size = magnitude;
    }
  }
  return found;
}
