/** The numbers of a figure as a table below it, closed at first. */
import { css, html, type TemplateResult } from 'lit';

export interface NumbersTable {
  /** Opens and closes it. */
  readonly summary: string;
  /** What it holds, for those who cannot see it. */
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly NumbersRow[];
}

export interface NumbersRow {
  readonly head: string | TemplateResult;
  readonly cells: readonly (string | TemplateResult)[];
}

export function numbersTable({ summary, label, head, rows }: NumbersTable): TemplateResult {
  return numbersBelow(
    summary,
    html`<div class="scroll" tabindex="0" role="group" aria-label=${label}>
      <table>
        <thead>
          <tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr>
        </thead>
        <tbody>
          ${rows.map((row) => html`<tr><th scope="row">${row.head}</th>${row.cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
        </tbody>
      </table>
    </div>`,
  );
}

/** The same place with something else in it, as words for why there are no numbers. */
export function numbersBelow(summary: string, content: TemplateResult): TemplateResult {
  return html`<details part="numbers">
    <summary>${summary}</summary>
    ${content}
  </details>`;
}

export const numbersStyles = css`
  summary {
    inline-size: fit-content;
    padding-block: 0.3rem;
    cursor: pointer;
  }
  details .scroll {
    max-block-size: 18rem;
    overflow: auto;
  }
  table {
    border-collapse: collapse;
  }
  :is(th, td) {
    padding: 0.1rem 1.25rem 0.1rem 0;
    text-align: start;
    font-weight: 400;
  }
  thead th {
    font-weight: 600;
  }
  @media (pointer: coarse) {
    summary {
      box-sizing: border-box;
      min-block-size: 2.75rem;
      padding-block: 0.8rem;
    }
  }
`;
