/** What stands under a heatmap: what is drawn, what is not as it should be, what computed it, and the legend. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Engine } from '../engine';
import { progressOf } from './heatmap_progress';
import type { SayHeatmap } from './heatmap_phrases';
import { legendFor } from './legend';
import type { Matrix } from './matrix';
import type { MatrixSource } from './matrix_source';
import type { ShownMatrix } from './shown_matrix';

export interface Caption {
  readonly matrix: Matrix;
  /** In the place of the matrix's own title. */
  readonly label: string;
  readonly shown: ShownMatrix;
  readonly source: MatrixSource;
  /** What else there is to be said. */
  readonly remarks: readonly string[];
  readonly say: SayHeatmap;
  /** What stands at its end. */
  readonly tools: TemplateResult | typeof nothing;
}

export function captionFor({ matrix, label, shown, source, remarks, say, tools }: Caption): TemplateResult {
  const { influence, engine, notice } = source;
  const computed = engine && say('sentence', { text: computedBy(engine, matrix) });
  return html`<figcaption part="caption" class="caption">
    <div class="words">
      <p dir="auto">${label || say('sentence', { text: matrix.title })}</p>
      ${[say('sentence', { text: shown.remark }), ...remarks].filter(Boolean).map((remark) => html`<p dir="auto">${remark}</p>`)} ${progressOf(influence, say)}
      <p dir="auto" class="engine">${notice === 'no-gpu' || notice === 'software-gpu' ? html`<slot name=${notice}>${computed}</slot>` : computed}</p>
      ${source.isRestored ? html`<p dir="auto"><slot name="restored">${say('restored')}</slot></p>` : nothing}
    </div>
    <div class="side">${legendFor(shown.coding, matrix.zeroIsEmpty ? 'empty' : 'coloured', say)}${tools}</div>
  </figcaption>`;
}

/** In the place of a caption: one line with what is drawn, or is to be, and its colours. */
export function laneTitle({ title = '' }: Partial<Pick<Matrix, 'title'>>, label: string, { remark, coding, matrix: drawn }: ShownMatrix, say: SayHeatmap): TemplateResult {
  return html`<div part="caption" class=${drawn ? 'lane-title' : 'lane-title coming'}>
    <p dir="auto">${label || say('sentence', { text: title })}${remark ? html` <span>${say('sentence', { text: remark })}</span>` : nothing}</p>
    ${legendFor(coding, 'coloured', say)}
  </div>`;
}

/** In words. */
export function computedBy({ description }: Engine, { derivatives }: Matrix): string {
  return derivatives ? `States: ${description}. Derivatives: ${derivatives}, along these very states.` : description;
}
