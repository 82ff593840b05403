/** What stands under a heatmap: what is drawn, what is not as it should be, what computed it, and the legend. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Engine } from '../engine';
import { progressOf } from './heatmap_progress';
import { legendFor } from './legend';
import type { Matrix } from './matrix';
import type { MatrixSource } from './matrix_source';
import type { ShownMatrix } from './shown_matrix';

export function captionFor(matrix: Matrix, label: string, { remark, coding }: ShownMatrix, { influence, engine }: MatrixSource): TemplateResult {
  return html`<figcaption part="caption" class="caption">
    <div class="words">
      <p dir="auto">${label || matrix.title}</p>
      ${remark ? html`<p dir="auto">${remark}</p>` : nothing} ${progressOf(influence)}
      <p dir="auto" class="engine">${engine && computedBy(engine, matrix)}</p>
    </div>
    ${legendFor(coding, matrix.zeroIsEmpty ? 'empty' : 'coloured')}
  </figcaption>`;
}

/** In the place of a caption: one line with what is drawn, and its colours. */
export function laneTitle(matrix: Matrix, label: string, { remark, coding }: ShownMatrix): TemplateResult {
  return html`<div part="caption" class="lane-title">
    <p dir="auto">${label || matrix.title}${remark ? html` <span>${remark}</span>` : nothing}</p>
    ${legendFor(coding, 'coloured')}
  </div>`;
}

function computedBy({ description }: Engine, { derivatives }: Matrix): string {
  return derivatives ? `States: ${description}. Derivatives: ${derivatives}, along these very states.` : description;
}
