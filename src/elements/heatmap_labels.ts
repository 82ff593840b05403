/** The words around a heatmap: labels of what can be seen, and the names of entries. */
import { html, type TemplateResult } from 'lit';
import { heatmapPhrases, type SayHeatmap } from './heatmap_phrases';
import type { Place } from './grid_keys';
import type { HeatmapGeometry } from './heatmap_geometry';
import type { Matrix } from './matrix';
import type { Span } from './paint/cell_colours';
import { sayer } from './wording';

/** The first and last entry that can be seen: rows by their place on display. */
export interface Visible {
  readonly first: Place;
  readonly last: Place;
}

const sayInEnglish = sayer(heatmapPhrases, undefined);

/** The index of the first label written: of every fifth, say, the one at or before the first that can be seen. */
export function firstLabel(first: number, step: number): number {
  return Math.floor((first + 1) / step) * step - 1;
}

/** What stands above a heatmap: what its rows are, and the names of its columns. */
export function columnHeader({ matrix, layout: { columnStep }, visible: { first, last } }: HeatmapGeometry, marked: Place | undefined, say: SayHeatmap): TemplateResult {
  const name = (column: number) => matrix.columnLabels?.[column] ?? String(column + 1);
  return html`<span class="corner" aria-hidden="true">${say('noun', { noun: matrix.rowNoun, count: 1 })}</span>
    <div part="column-labels" class="columns" aria-hidden="true">${labels([first.column, last.column], matrix.columns, columnStep, name, marked?.column)}</div>`;
}

export function rowLabels({ matrix, order, layout: { rowStep }, visible: { first, last } }: HeatmapGeometry, marked: Place | undefined): TemplateResult {
  const name = (place: number) => {
    const row = order.rowAt(place);
    return matrix.rowLabels?.[row] ?? String(row + 1);
  };
  return labels([first.row, last.row], matrix.rows, rowStep, name, marked && order.placeOf(marked.row));
}

function labels([first, last]: Span, count: number, step: number, name: (index: number) => string, marked: number | undefined): TemplateResult {
  const written: TemplateResult[] = [];
  for (let index = firstLabel(first, step); index <= Math.min(last, count - 1); index += step) {
    written.push(html`<span class=${index === count - 1 ? 'final' : ''}><bdi class=${index === marked ? 'here' : ''}>${index < 0 ? '' : name(index)}</bdi></span>`);
  }
  return html`<div>${written}</div>`;
}

/** `unit 3`, or the row's label. */
export function rowName({ rowNoun, rowLabels: names }: Matrix, row: number, say = sayInEnglish): string {
  return say('row', { noun: say('noun', { noun: rowNoun, count: 1 }), number: row + 1, label: names?.[row] });
}

/** `step 5 'saw'`, or `column 5`. */
export function columnName({ columnNoun, columnLabels: names }: Matrix, column: number, say = sayInEnglish): string {
  return say('column', { noun: say('noun', { noun: columnNoun, count: 1 }), number: column + 1, label: names?.[column] });
}

/** `unit 3, step 5 'saw'`. */
export function entryName(matrix: Matrix, { row, column }: Place, say = sayInEnglish): string {
  return say('place', { row: rowName(matrix, row, say), column: columnName(matrix, column, say) });
}

/** `steps 5 to 8`. */
export function columnSpan({ columnNoun }: Matrix, [first, last]: Span, say: SayHeatmap): string {
  return say('span', { noun: say('noun', { noun: columnNoun, count: 1 }), first: first + 1, last: last + 1 });
}

/** What is drawn, and how large it is: the grid's name. */
export function gridName(matrix: Matrix, label: string, say: SayHeatmap): string {
  const { rows, columns } = matrix;
  return say('grid', {
    title: label || say('sentence', { text: matrix.title }),
    rows,
    rowNoun: say('noun', { noun: matrix.rowNoun, count: rows }),
    columns,
    columnNoun: say('noun', { noun: matrix.columnNoun, count: columns }),
  });
}
