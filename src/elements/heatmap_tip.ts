/** What stands beside an entry that is pointed at or pinned: its value and its name. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Place } from './grid_keys';
import type { Attention } from './heatmap_attention';
import type { HeatmapGeometry } from './heatmap_geometry';
import { entryName } from './heatmap_labels';
import type { SayHeatmap } from './heatmap_phrases';
import type { Matrix } from './matrix';

export interface TipActions {
  /** Lets go of what is pinned. */
  readonly unpin: () => void;
  readonly copy: (place: Place) => void;
}

/** The tip of what is pointed at; its value may still be on its way. */
export function pointedTip({ matrix, order }: HeatmapGeometry, attention: Attention, say: SayHeatmap): TemplateResult | typeof nothing {
  const pointed = attention.pointed(matrix, order);
  if (!pointed) return nothing;
  const { place, shared } = attention.readingOf(matrix, pointed, order);
  if (samePin(attention.pinned(matrix), place)) return nothing;
  return html`<div part="tooltip" class="tip" aria-hidden="true">
    ${reading(matrix, place, attention.valueAt(place), say)}${shared ? html`<span class="shared">${shared}</span>` : nothing}
  </div>`;
}

/** The tip of the pinned entry, which stays, with what can be done with it. */
export function pinnedTip({ matrix }: HeatmapGeometry, attention: Attention, say: SayHeatmap, { unpin, copy }: TipActions): TemplateResult | typeof nothing {
  const place = attention.pinned(matrix);
  if (!place) return nothing;
  return html`<div part="tooltip pinned" class="tip kept" role="group" aria-label=${say('pinned', { entry: attention.nameOf(matrix, place) })}>
    <div aria-hidden="true">${reading(matrix, place, attention.valueAt(place), say)}</div>
    <div class="does">
      <button type="button" @click=${() => copy(place)}>${say('copyValue')}</button>
      <button type="button" @click=${unpin}>${say('unpin')}</button>
    </div>
  </div>`;
}

function reading(matrix: Matrix, place: Place, value: string | undefined, say: SayHeatmap): TemplateResult {
  if (matrix.telling) return html`<b class="told">${say('sentence', { text: matrix.telling(place.row, place.column) })}</b>`;
  return html`<b>${value ?? '…'}</b><span>${entryName(matrix, place, say)}</span>`;
}

function samePin(pinned: Place | undefined, place: Place): boolean {
  return pinned?.row === place.row && pinned.column === place.column;
}
