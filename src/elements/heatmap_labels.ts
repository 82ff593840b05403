/** The words around a heatmap: labels of what can be seen, and the names of entries. */
import { html, type TemplateResult } from 'lit';
import type { Place } from './grid_keys';
import type { Layout } from './heatmap_layout';
import type { Matrix } from './matrix';

/** The first and last entry that can be seen. */
export interface Visible {
  readonly first: Place;
  readonly last: Place;
}

/** The index of the first label written: of every fifth, say, the one at or before the first that can be seen. */
export function firstLabel(first: number, step: number): number {
  return Math.floor((first + 1) / step) * step - 1;
}

/** What stands above a heatmap: what its rows are, and the names of its columns. */
export function columnHeader(matrix: Matrix, { columnStep }: Layout, { first, last }: Visible, marked: Place | undefined): TemplateResult {
  const name = (column: number) => matrix.columnLabels?.[column] ?? String(column + 1);
  return html`<span class="corner" aria-hidden="true">${matrix.rowNoun}</span>
    <div part="column-labels" class="columns" aria-hidden="true">${labels(first.column, last.column, columnStep, name, marked?.column)}</div>`;
}

export function rowLabels(matrix: Matrix, { rowStep }: Layout, { first, last }: Visible, marked: Place | undefined): TemplateResult {
  const name = (row: number) => matrix.rowLabels?.[row] ?? String(row + 1);
  return labels(first.row, last.row, rowStep, name, marked?.row);
}

function labels(first: number, last: number, step: number, name: (index: number) => string, marked: number | undefined): TemplateResult {
  const written: TemplateResult[] = [];
  for (let index = firstLabel(first, step); index <= last; index += step) {
    written.push(html`<span><bdi class=${index === marked ? 'here' : ''}>${index < 0 ? '' : name(index)}</bdi></span>`);
  }
  return html`<div>${written}</div>`;
}

/** `unit 3`, or the row's label. */
export function rowName({ rowNoun, rowLabels: names }: Matrix, row: number): string {
  return names ? names[row] : `${rowNoun} ${row + 1}`;
}

/** `step 5 'saw'`, or `column 5`. */
export function columnName({ columnNoun, columnLabels: names }: Matrix, column: number): string {
  return `${columnNoun} ${column + 1}${names ? ` '${names[column]}'` : ''}`;
}

/** `unit 3, step 5 'saw'`. */
export function entryName(matrix: Matrix, { row, column }: Place): string {
  return `${rowName(matrix, row)}, ${columnName(matrix, column)}`;
}

/** What is drawn, and how large it is: the grid's name. */
export function gridName(matrix: Matrix, label: string): string {
  const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  return `${label || matrix.title || 'Heatmap'}, ${plural(matrix.rows, matrix.rowNoun)} by ${plural(matrix.columns, matrix.columnNoun)}`;
}

/** What stands beside an entry that is pointed at; its value may still be on its way. */
export function tooltipFor(matrix: Matrix, place: Place, value: string | undefined): TemplateResult {
  return html`<div part="tooltip" class="tip" aria-hidden="true">
    ${matrix.telling ? html`<b class="told">${matrix.telling(place.row, place.column)}</b>` : html`<b>${value ?? '…'}</b><span>${entryName(matrix, place)}</span>`}
  </div>`;
}
