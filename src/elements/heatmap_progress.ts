/** What a heatmap says while it waits for a matrix of pairs, with the button that ends the wait. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SayHeatmap } from './heatmap_phrases';
import type { InfluenceRun } from './influence_run';

export function progressOf({ progress, cancelled, cancel, resume }: InfluenceRun, say: SayHeatmap): TemplateResult | typeof nothing {
  if (cancelled) {
    return html`<div part="progress" class="progress"><span>${say('cancelled')}</span><button type="button" @click=${resume}>${say('measure')}</button></div>`;
  }
  if (progress === undefined) return nothing;
  return progressBar(progress, say('measuring'), cancel, say);
}

/** @param fraction - done, 0 to 1 */
export function progressBar(fraction: number, name: string, cancel: () => void, say: SayHeatmap): TemplateResult {
  return html`<div part="progress" class="progress">
    <progress max="1" .value=${fraction} aria-label=${name}></progress>
    <span>${say('percent', { percent: Math.round(100 * fraction) })}</span>
    <button type="button" @click=${cancel}>${say('cancel')}</button>
  </div>`;
}
