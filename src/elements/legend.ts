/** The legend under a heatmap: the very colours of the picture, and the range they stand for. */
import { html, nothing, type TemplateResult } from 'lit';
import { LAST, ZERO, type ColourTable } from './colour/scale';
import { exactNumber } from './exact_number';
import { heatmapPhrases, type SayHeatmap } from './heatmap_phrases';
import type { Coding } from './range';
import { sayer } from './wording';

const sayInEnglish = sayer(heatmapPhrases, undefined);

/** @param zero - how 0 is shown on a logarithmic scale, which does not reach it */
export function legendFor(coding: Coding, zero: 'coloured' | 'empty', say = sayInEnglish): TemplateResult {
  const log = coding.scaling === 'log';
  const ticks = legendTicks(coding, say);
  return html`<div class=${log ? 'legend log' : 'legend'} part="legend">
    <div class="bar" role="img" aria-label=${legendName(coding, zero, say)}>
      ${/* the strip's own colours, and before them that of 0 */ log ? html`<canvas class=${`zero ${zero === 'empty' ? 'open' : 'filled'}`} width="1" height="1"></canvas>` : nothing}
      <canvas class="strip" width=${log ? LAST : LAST + 1} height="1"></canvas>
    </div>
    <div class="ticks" aria-hidden="true">
      ${log ? html`<span class="of-zero">0</span>` : nothing}<span>${ticks[0]}</span><span>${ticks[1] || nothing}</span><span>${ticks[2]}</span>
    </div>
  </div>`;
}

/** What stands under the ends and the middle of the strip; nothing under a middle that is no whole decade. */
export function legendTicks({ scaling, min, max }: Coding, say: SayHeatmap): readonly [low: string, middle: string, high: string] {
  const middle = (min + max) / 2;
  const written = (end: number) => (scaling === 'log' ? powerOfTen(end) : say('number', { value: end }));
  return [written(min), scaling === 'log' && !Number.isInteger(middle) ? '' : written(middle), written(max)];
}

/** `Colours from −1 through 0 to 1`. */
export function legendName(coding: Coding, zero: 'coloured' | 'empty', say: SayHeatmap): string {
  const [low, middle, high] = legendTicks(coding, say);
  const range = say('range', { low, middle, high });
  if (coding.scaling !== 'log') return range;
  return say('logarithmicRange', { range, zero: say(zero === 'empty' ? 'zeroIsEmpty' : 'zeroIsColoured') });
}

/** Fills the legend's strip with a table's colours, one a pixel. */
export function paintLegend(strip: HTMLCanvasElement, table: ColourTable, { scaling }: Coding): void {
  const first = scaling === 'log' ? ZERO + 1 : 0;
  if (strip.width === LAST + 1 - first) paint(strip, table, first, LAST);
  const zero = strip.parentElement?.querySelector<HTMLCanvasElement>('.zero.filled');
  if (zero) paint(zero, table, ZERO, ZERO);
}

function paint(canvas: HTMLCanvasElement, table: ColourTable, first: number, last: number): void {
  const pixels = new Uint8ClampedArray(table.subarray(4 * first, 4 * (last + 1)));
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, last - first + 1, 1), 0, 0);
}

/** `1e−12`, `0.01`, `1`, `100`. */
function powerOfTen(exponent: number): string {
  if (exponent > -4 && exponent < 4) return exactNumber(10 ** exponent);
  return `1e${exponent}`.replace('-', '−');
}
