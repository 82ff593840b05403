/** The legend under a heatmap: the very colours of the picture, and the range they stand for. */
import { html, type TemplateResult } from 'lit';
import { LAST, type ColourTable } from './colour/scale';
import { exactNumber } from './exact_number';
import type { ColourRange } from './range';

export function legendFor({ min, max }: ColourRange): TemplateResult {
  const [low, middle, high] = [min, (min + max) / 2, max].map(exactNumber);
  return html`<div class="legend" part="legend" role="img" aria-label="Colours from ${low} through ${middle} to ${high}">
    <canvas class="strip" width=${LAST + 1} height="1"></canvas>
    <div class="ticks"><span>${low}</span><span>${middle}</span><span>${high}</span></div>
  </div>`;
}

/** Fills the legend's strip with a table's colours, one a pixel. */
export function paintLegend(strip: HTMLCanvasElement, table: ColourTable): void {
  const pixels = new Uint8ClampedArray(table.subarray(0, 4 * (LAST + 1)));
  strip.getContext('2d')?.putImageData(new ImageData(pixels, LAST + 1, 1), 0, 0);
}
