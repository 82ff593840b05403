/** The numbers of a heatmap for other programs: as rows with commas between, or with all that is known about them. */
import type { Block } from '../heatmap_geometry';
import type { Matrix } from '../matrix';
import type { EntryAt, Span } from '../paint/cell_colours';
import { plainNumber } from '../plain_number';
import type { Coding } from '../range';
import type { RowOrder } from '../row_order';

export interface Numbers {
  readonly matrix: Matrix;
  readonly at: EntryAt;
  readonly order: RowOrder;
  /** They come from float32. */
  readonly single: boolean;
  /** The part to write, rows by their place; all unless given. */
  readonly part: Block | undefined;
}

/** Comma-separated values (RFC 4180) with the names of columns above and of rows before: rows as they stand. */
export function csvOf({ matrix, at, order, single, part }: Numbers): string {
  const [rows, columns] = placesOf(matrix, part);
  const head = [matrix.rowNoun, ...columns.map((column) => matrix.columnLabels?.[column] ?? `${matrix.columnNoun} ${column + 1}`)];
  const body = rows.map((place) => {
    const row = order.rowAt(place);
    return [matrix.rowLabels?.[row] ?? `${row + 1}`, ...columns.map((column) => plainNumber(at(row, column), single))];
  });
  return [head, ...body].map((fields) => `${fields.map(quoted).join(',')}\r\n`).join('');
}

/** What JSON has no number for is a text. */
export function jsonOf({ matrix, at, order, single, part }: Numbers, coding: Coding, about: { readonly title: string; readonly computedBy: string | undefined }): string {
  const [rows, columns] = placesOf(matrix, part);
  const numbers = rows.map((place) => order.rowAt(place));
  const value = (row: number, column: number) => {
    const number = at(row, column);
    return Number.isFinite(number) ? Number(plainNumber(number, single)) : String(number);
  };
  const log = coding.scaling === 'log';
  return `${JSON.stringify({
    format: 'rnn-heatmap',
    version: 1,
    title: about.title,
    computedBy: about.computedBy,
    precision: single ? 'float32' : 'float64',
    colours: { scaling: coding.scaling, min: log ? 10 ** coding.min : coding.min, max: log ? 10 ** coding.max : coding.max },
    rowNoun: matrix.rowNoun,
    columnNoun: matrix.columnNoun,
    rows: numbers.map((row) => row + 1),
    columns: columns.map((column) => column + 1),
    rowLabels: matrix.rowLabels && numbers.map((row) => matrix.rowLabels![row]),
    columnLabels: matrix.columnLabels && columns.map((column) => matrix.columnLabels![column]),
    values: numbers.map((row) => columns.map((column) => value(row, column))),
  })}\n`;
}

function placesOf({ rows, columns }: Matrix, part: Block | undefined): readonly [rows: readonly number[], columns: readonly number[]] {
  const all = ([first, last]: Span) => Array.from({ length: last - first + 1 }, (_, k) => first + k);
  return [all(part?.rows ?? [0, rows - 1]), all(part?.columns ?? [0, columns - 1])];
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
