/** The numbers of a heatmap as a table: of a large matrix a part, with buttons that lead to the others. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { HeatmapGeometry } from './heatmap_geometry';
import { columnName, columnSpan, gridName, rowName } from './heatmap_labels';
import { heatmapPhrases, type HeatmapLabels } from './heatmap_phrases';
import { panelPhrases } from './heatmap_panel_phrases';
import type { HeatmapTools } from './heatmap_tools';
import type { EntryAt, Span } from './paint/cell_colours';
import { sayer } from './wording';

/** As many as a reader can take in at once, and a browser lays out without a pause. */
const MOST = { rows: 64, columns: 32 };

export const styles = css`
  .table {
    overflow: auto;
    max-height: var(--rnn-max-height, 34rem);
    direction: ltr;
  }
  .table table {
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  .table th,
  .table td {
    padding: 0.2em 0.6em;
    border: 1px solid color-mix(in srgb, currentColor 22%, transparent);
    text-align: end;
    white-space: nowrap;
  }
  .table th {
    position: sticky;
    background: Canvas;
    color: CanvasText;
    font-weight: 600;
  }
  .table thead th {
    inset-block-start: 0;
  }
  .table tbody th {
    inset-inline-start: 0;
  }
  .table caption {
    text-align: start;
    padding-block-end: 0.4em;
  }
  .turns {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4em;
    margin-block-start: 0.5em;
  }
`;

export interface TableParts {
  readonly geometry: HeatmapGeometry;
  readonly at: EntryAt | undefined;
  readonly label: string;
  readonly labels: HeatmapLabels;
  readonly tools: HeatmapTools;
  readonly changed: () => void;
}

export function tableOf({ geometry, at, label, labels, tools, changed }: TableParts): TemplateResult {
  const say = sayer({ ...heatmapPhrases, ...panelPhrases }, labels);
  const { matrix, order } = geometry;
  const rows = spanFrom(tools.tableCorner.row, matrix.rows, MOST.rows);
  const columns = spanFrom(tools.tableCorner.column, matrix.columns, MOST.columns);
  const value = (row: number, column: number) => (at ? say('number', { value: at(row, column) }) : '…');
  const places = (span: Span) => Array.from({ length: span[1] - span[0] + 1 }, (_, k) => span[0] + k);
  const turn = (to: { row?: number; column?: number }) => () => {
    tools.tableCorner = { ...tools.tableCorner, ...to };
    changed();
  };
  const button = (words: string, goes: boolean, to: { row?: number; column?: number }) => (goes ? html`<button type="button" @click=${turn(to)}>${words}</button>` : nothing);
  const isPart = rows[1] - rows[0] + 1 < matrix.rows || columns[1] - columns[0] + 1 < matrix.columns;
  const rowSpan = say('span', { noun: say('noun', { noun: matrix.rowNoun, count: 1 }), first: rows[0] + 1, last: rows[1] + 1 });
  return html`<div part="table" class="table" tabindex="0" role="region" aria-label=${say('tableOf', { name: gridName(matrix, label, say) })}>
      <table>
        ${isPart ? html`<caption>${say('tablePart', { rows: rowSpan, columns: columnSpan(matrix, columns, say) })}</caption>` : nothing}
        <thead>
          <tr>
            <td></td>
            ${places(columns).map((column) => html`<th scope="col">${columnName(matrix, column, say)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${places(rows).map((place) => {
            const row = order.rowAt(place);
            return html`<tr>
              <th scope="row">${rowName(matrix, row, say)}</th>
              ${places(columns).map((column) => html`<td>${value(row, column)}</td>`)}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${isPart
      ? html`<div class="turns">
          ${button(say('upperRows'), rows[0] > 0, { row: rows[0] - MOST.rows })} ${button(say('lowerRows'), rows[1] < matrix.rows - 1, { row: rows[0] + MOST.rows })}
          ${button(say('earlierColumns'), columns[0] > 0, { column: columns[0] - MOST.columns })} ${button(say('laterColumns'), columns[1] < matrix.columns - 1, { column: columns[0] + MOST.columns })}
        </div>`
      : nothing}`;
}

function spanFrom(wanted: number, count: number, most: number): Span {
  const first = Math.max(0, Math.min(wanted, count - 1));
  return [first, Math.min(count, first + most) - 1];
}
