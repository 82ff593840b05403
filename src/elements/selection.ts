/** What of a heatmap is selected: rows, a span of columns, or the block where both meet. */
import type { Place } from './grid_keys';
import type { Block } from './heatmap_geometry';
import type { Matrix } from './matrix';
import type { Span } from './paint/cell_colours';
import type { RowOrder } from './row_order';

export interface Selection {
  /** Numbers of the rows, ascending; none stands for all. */
  readonly rows: readonly number[];
  /** Undefined stands for all. */
  readonly columns: Span | undefined;
}

export const NOTHING: Selection = { rows: [], columns: undefined };

export function isNothing({ rows, columns }: Selection): boolean {
  return rows.length === 0 && columns === undefined;
}

/** What of a page's wish there is in the matrix, and what there is not, in words. */
export function selectionIn({ rows, columns }: Pick<Matrix, 'rows' | 'columns'>, wished: { readonly rows: unknown; readonly columns: unknown }): { readonly selection: Selection; readonly complaint: string } {
  const given = [...listOf(wished.rows)];
  const odd = given.find((row) => !isIndex(row, rows));
  const ends = [...listOf(wished.columns)];
  const oddEnd = ends.length > 2 ? ends[2] : ends.find((column) => !isIndex(column, columns));
  const complaints = [
    odd === undefined ? '' : `selected-rows: ${String(odd)} given; there are rows 0 to ${rows - 1}.`,
    oddEnd === undefined ? '' : ends.length > 2 ? 'selected-columns: it must be one number, or the first and the last.' : `selected-columns: ${String(oddEnd)} given; there are columns 0 to ${columns - 1}.`,
  ];
  const span = oddEnd === undefined && ends.length > 0 ? ordered(Number(ends[0]), Number(ends.at(-1))) : undefined;
  return { selection: { rows: ascending(given.filter((row) => isIndex(row, rows)) as number[]), columns: span }, complaint: complaints.filter(Boolean).join(' ') };
}

function listOf(wished: unknown): readonly unknown[] {
  if (wished === undefined || wished === null) return [];
  return typeof wished === 'object' && Symbol.iterator in wished ? [...(wished as Iterable<unknown>)] : [wished];
}

function isIndex(value: unknown, count: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < count;
}

function ascending(rows: readonly number[]): readonly number[] {
  return [...new Set(rows)].toSorted((one, other) => one - other);
}

/** From one end to the other, whichever came first. */
export function ordered(one: number, other: number): Span {
  return one <= other ? [one, other] : [other, one];
}

/** The rows that stand from one place to another. */
export function rowsBetween(order: RowOrder, [first, last]: Span): readonly number[] {
  return ascending(Array.from({ length: last - first + 1 }, (_, k) => order.rowAt(first + k)));
}

/** With a row that was not selected, or without one that was. */
export function withRowToggled({ rows, columns }: Selection, row: number): Selection {
  return { rows: ascending(rows.includes(row) ? rows.filter((known) => known !== row) : [...rows, row]), columns };
}

/** What is selected as rectangles on display: rows that stand side by side are one. */
export function blocksOf({ rows, columns }: Selection, matrix: Pick<Matrix, 'rows' | 'columns'>, order: RowOrder): readonly Block[] {
  const across: Span = columns ?? [0, matrix.columns - 1];
  if (rows.length === 0) return columns ? [{ rows: [0, matrix.rows - 1], columns: across }] : [];
  const places = rows.map((row) => order.placeOf(row)).toSorted((one, other) => one - other);
  const starts = places.filter((place, k) => place !== places[k - 1] + 1);
  const ends = places.filter((place, k) => place !== places[k + 1] - 1);
  return starts.map((start, k) => ({ rows: [start, ends[k]], columns: across }));
}

export function sameSelection(one: Selection, other: Selection): boolean {
  return one.rows.length === other.rows.length && one.rows.every((row, k) => row === other.rows[k]) && one.columns?.[0] === other.columns?.[0] && one.columns?.[1] === other.columns?.[1];
}

export function isSelected({ rows, columns }: Selection, { row, column }: Place): boolean {
  if (rows.length === 0 && !columns) return false;
  return (rows.length === 0 || rows.includes(row)) && (!columns || (column >= columns[0] && column <= columns[1]));
}
