/** What a heatmap says while it waits for a matrix of pairs, with the button that ends the wait. */
import { html, nothing, type TemplateResult } from 'lit';
import type { InfluenceRun } from './influence_run';

export function progressOf({ progress, cancelled, cancel, resume }: InfluenceRun): TemplateResult | typeof nothing {
  if (cancelled) {
    return html`<div part="progress" class="progress"><span>Measuring was cancelled.</span><button type="button" @click=${resume}>Measure</button></div>`;
  }
  if (progress === undefined) return nothing;
  return html`<div part="progress" class="progress">
    <progress max="1" .value=${progress} aria-label="Measuring the influence of every word on every state"></progress>
    <span>${Math.round(100 * progress)} %</span>
    <button type="button" @click=${cancel}>Cancel</button>
  </div>`;
}
