/** What is marked on a heatmap, over its entries: what is selected, and where else the same is found. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { AlikeAnswer } from './alike';
import type { Block, HeatmapGeometry } from './heatmap_geometry';
import { blocksOf, type Selection } from './selection';

export function marksOn(geometry: HeatmapGeometry, selection: Selection, found: AlikeAnswer | undefined): TemplateResult | typeof nothing {
  const { matrix, order } = geometry;
  const selected = blocksOf(selection, matrix, order);
  const alike = found ? found.spans.flatMap(({ span }) => blocksOf({ rows: found.rows, columns: span }, matrix, order)) : [];
  if (selected.length === 0 && alike.length === 0) return nothing;
  const drawn = (blocks: readonly Block[], kind: string) =>
    blocks.map((block) => {
      const box = geometry.boxOf(block);
      return box ? svg`<rect class=${kind} x=${box.x} y=${box.y} width=${box.width} height=${box.height}></rect><rect class=${`${kind} inner`} x=${box.x + 1} y=${box.y + 1} width=${Math.max(0, box.width - 2)} height=${Math.max(0, box.height - 2)}></rect>` : nothing;
    });
  return html`<svg part="marks" class="marks" aria-hidden="true">${drawn(alike, 'alike')}${drawn(selected, 'selected')}</svg>`;
}
