/** Curves over the distance k on a log₁₀ axis, as SVG in CSS pixels: lines, a band, the end of float32, a cursor. */
import { css, nothing, svg, type SVGTemplateResult } from 'lit';
import { logAxis, ofLog10, powerOfTen, type LogAxis } from './log_axis';
import { textWidth } from './text_width';

export type CurveKind = 'measured' | 'clipped' | 'largest' | 'smallest' | 'ideal' | 'bound' | 'keep' | 'keep-ideal';

export interface PlotCurve {
  readonly kind: CurveKind;
  readonly label: string;
  /** log₁₀, k = 0, 1, … */
  readonly values: Float64Array;
}

export interface Plot {
  readonly curves: readonly PlotCurve[];
  /** The longest distance. */
  readonly back: number;
  /** Names of the distances, drawn below the ticks where they fit. */
  readonly words: readonly string[] | undefined;
  readonly width: number;
  readonly height: number;
}

export interface PlotLayout extends Plot {
  readonly axis: LogAxis;
  readonly x: (k: number) => number;
  readonly y: (log10: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** log₁₀ of float32's largest and of its smallest normal number. */
export const FLOAT32_ENDS = [Math.log10(2 - 2 ** -23) + 127 * Math.log10(2), -126 * Math.log10(2)] as const;

/** Lowest first: where curves agree, the dashes lie on the line. */
const DRAWN: readonly CurveKind[] = ['smallest', 'largest', 'measured', 'keep', 'keep-ideal', 'bound', 'ideal', 'clipped'];

/** What the cursor reads aloud beside its dots. */
const TAGGED: readonly CurveKind[] = ['measured', 'clipped', 'ideal', 'keep'];

const FONT = '12px system-ui, sans-serif';
const TOP = 16;
const RIGHT = 16;

export const plotStyles = css`
  :host {
    --ideal: light-dark(#9a4d00, #f0b26b);
    --bound: light-dark(#6c4aa6, #c6aef2);
    --keep: light-dark(#0f6b56, #6ed3b6);
    --clipped: light-dark(#a81458, #ff93bd);
  }
  .plot {
    display: block;
    inline-size: 100%;
    direction: ltr;
    font: 12px system-ui, sans-serif;
    font-variant-numeric: tabular-nums;
  }
  .plot text {
    fill: var(--quiet);
  }
  .plot .grid {
    stroke: color-mix(in srgb, currentColor 12%, transparent);
    fill: none;
  }
  .plot .one {
    stroke: color-mix(in srgb, currentColor 45%, transparent);
    fill: none;
  }
  .plot .beyond {
    fill: color-mix(in srgb, currentColor 8%, transparent);
  }
  .plot .curve,
  .swatch path {
    fill: none;
    stroke-linejoin: round;
    stroke-linecap: round;
  }
  .band {
    fill: var(--accent);
    opacity: 0.13;
  }
  .curve.measured {
    stroke: var(--accent);
    stroke-width: 3.5;
  }
  .curve.largest,
  .curve.smallest {
    stroke: var(--accent);
    stroke-width: 1.25;
  }
  .curve.smallest {
    stroke-dasharray: 1 4;
  }
  .curve.ideal {
    stroke: var(--ideal);
    stroke-width: 2;
    stroke-dasharray: 8 5;
  }
  .curve.bound {
    stroke: var(--bound);
    stroke-width: 2;
    stroke-dasharray: 2 5;
  }
  .curve.clipped {
    stroke: var(--clipped);
    stroke-width: 2.5;
    stroke-dasharray: 12 4 1 4;
  }
  .curve.clipped.end {
    stroke-dasharray: none;
  }
  .curve.keep {
    stroke: var(--keep);
    stroke-width: 2;
  }
  .curve.keep-ideal {
    stroke: var(--keep);
    stroke-width: 2;
    stroke-dasharray: 8 5;
  }
  .dot {
    stroke: var(--surface, Canvas);
    stroke-width: 1.5;
  }
  .dot.measured,
  .dot.largest,
  .dot.smallest {
    fill: var(--accent);
  }
  .dot.ideal {
    fill: var(--ideal);
  }
  .dot.bound {
    fill: var(--bound);
  }
  .dot.clipped {
    fill: var(--clipped);
  }
  .dot.keep,
  .dot.keep-ideal {
    fill: var(--keep);
  }
  .plot .cursor {
    stroke: currentColor;
    opacity: 0.55;
    fill: none;
  }
  .plot text.tag {
    font-weight: 700;
    paint-order: stroke;
    stroke: var(--plot-halo, color-mix(in srgb, Canvas 82%, transparent));
    stroke-width: 4px;
    stroke-linejoin: round;
  }
  .plot text.tag.measured {
    fill: var(--accent);
  }
  .plot text.tag.ideal {
    fill: var(--ideal);
  }
  .plot text.tag.keep {
    fill: var(--keep);
  }
  .plot text.tag.clipped {
    fill: var(--clipped);
  }
  @media (forced-colors: active) {
    .plot .curve,
    .swatch .curve {
      stroke: CanvasText;
    }
    /* Without colours, something else has to tell it from the largest. */
    .curve.keep {
      stroke-dasharray: 16 4;
    }
    .plot text {
      fill: CanvasText;
    }
  }
`;

/** Where everything goes. The smallest singular value may leave the picture below; it would flatten all else. */
export function plotLayout(plot: Plot): PlotLayout {
  const { curves, back, width, height, words } = plot;
  const inView = curves.filter(({ kind }) => kind !== 'smallest').flatMap(({ values }) => [...values.subarray(0, back + 1)]);
  const axis = logAxis(inView);
  const left = 12 + Math.max(...axis.ticks.map((tick) => textWidth(powerOfTen(tick), FONT)));
  const bottom = height - (words ? 56 : 40);
  const x = (k: number) => left + (k / Math.max(1, back)) * (width - left - RIGHT);
  const y = (log10: number) => TOP + ((axis.high - log10) / (axis.high - axis.low)) * (bottom - TOP);
  return { ...plot, axis, left, right: width - RIGHT, top: TOP, bottom, x, y };
}

/** The distance under a horizontal position. */
export function distanceAt({ left, right, back }: PlotLayout, x: number): number {
  return Math.min(back, Math.max(0, Math.round(((x - left) / (right - left)) * back)));
}

/** All that does not depend on the cursor. */
export function plotPicture(layout: PlotLayout): SVGTemplateResult {
  const { axis, left, right, top, bottom, x, y, curves, back, words } = layout;
  const largest = curves.find(({ kind }) => kind === 'largest');
  const smallest = curves.find(({ kind }) => kind === 'smallest');
  return svg`
    <defs><clipPath id="room"><rect x=${left} y=${top - 2} width=${right - left + 4} height=${bottom - top + 4}></rect></clipPath></defs>
    ${beyondFloat32(layout)}
    ${axis.ticks.map(
      (tick) => svg`<path class=${tick === 0 ? 'one' : 'grid'} d="M${left} ${y(tick)}H${right}"></path>
        <text x=${left - 6} y=${y(tick) + 4} text-anchor="end">${powerOfTen(tick)}</text>`,
    )}
    ${distanceTicks(back, right - left).map(
      (k) => svg`<path class="grid" d="M${x(k)} ${top}V${bottom}"></path><text x=${x(k)} y=${bottom + 16} text-anchor="middle">${k}</text>`,
    )}
    ${words ? wordTicks(layout, words) : nothing}
    <text x=${right} y=${layout.height - 5} text-anchor="end">${words ? 'words back, k' : 'steps back, k'}</text>
    <g clip-path="url(#room)">
      ${largest && smallest ? svg`<path class="band" d=${bandPath(layout, largest.values, smallest.values)}></path>` : nothing}
      ${DRAWN.flatMap((kind) => curves.filter((curve) => curve.kind === kind)).map(({ kind, values }) => svg`<path class="curve ${kind}" d=${linePath(layout, values)}></path>`)}
    </g>
    ${endOfClipping(layout)}
  `;
}

/** The cursor: a line, a dot on every curve, and what the main curves read there. */
export function plotCursor(layout: PlotLayout, k: number): SVGTemplateResult {
  const { x, y, top, bottom, curves, axis, left, right } = layout;
  const within = curves.filter(({ values }) => values[k] >= axis.low - 1e-9 && values[k] <= axis.high + 1e-9);
  const tagged = within
    .filter(({ kind }) => TAGGED.includes(kind))
    .map(({ kind, label, values }) => ({ kind, text: `${tagLabel(kind, label, k)} ${ofLog10(values[k])}`, y: y(values[k]) }))
    .toSorted((one, other) => one.y - other.y);
  // Tags keep clear of each other and of the axis.
  tagged.forEach((tag, index) => (tag.y = Math.max(tag.y, top + 10, index > 0 ? tagged[index - 1].y + 17 : 0)));
  tagged.toReversed().forEach((tag, index, all) => (tag.y = Math.min(tag.y, index > 0 ? all[index - 1].y - 17 : bottom - 13)));
  const widest = Math.max(0, ...tagged.map(({ text }) => textWidth(text, `bold ${FONT}`)));
  const toLeft = x(k) + 12 + widest > right && x(k) - 12 - widest > left;
  return svg`
    <path class="cursor" d="M${x(k)} ${top}V${bottom}"></path>
    ${within.map(({ kind, values }) => svg`<circle class="dot ${kind}" cx=${x(k)} cy=${y(values[k])} r=${kind === 'measured' ? 5.5 : 4}></circle>`)}
    ${tagged.map(({ kind, text, y: at }) => svg`<text class="tag ${kind}" x=${x(k) + (toLeft ? -11 : 11)} y=${at + 4} text-anchor=${toLeft ? 'end' : 'start'}>${text}</text>`)}
  `;
}

/** A short piece of the line, for a legend. */
export function swatch(kind: CurveKind): SVGTemplateResult {
  return svg`<path class="curve ${kind}" d="M1 6H27"></path>`;
}

function tagLabel(kind: CurveKind, label: string, k: number): string {
  if (kind === 'measured' || kind === 'clipped') return kind;
  return kind === 'ideal' ? `ideal, k = ${k}:` : label.split(':')[0];
}

function beyondFloat32({ axis, left, right, y }: PlotLayout): SVGTemplateResult {
  const [most, least] = FLOAT32_ENDS;
  const zone = (from: number, to: number, text: string, below: boolean) =>
    svg`<rect class="beyond" x=${left} y=${y(to)} width=${right - left} height=${y(from) - y(to)}></rect>
      ${y(from) - y(to) > 18 ? svg`<text x=${left + 8} y=${below ? y(from) - 6 : y(to) + 16}>${text}</text>` : nothing}`;
  return svg`
    ${axis.high > most ? zone(most, axis.high, 'too large for float32', false) : nothing}
    ${axis.low < least ? zone(axis.low, least, 'too small for float32', true) : nothing}
  `;
}

/** A cross where nothing is left to clip, with a word beside it if there is room. */
function endOfClipping({ curves, x, y, right, back }: PlotLayout): SVGTemplateResult | typeof nothing {
  const values = curves.find(({ kind }) => kind === 'clipped')?.values.subarray(0, back + 1);
  const last = (values?.findIndex(Number.isNaN) ?? -1) - 1;
  if (!values || last < 0) return nothing;
  const [cx, cy, text] = [x(last), y(values[last]), 'not a number'];
  return svg`<path class="curve clipped end" d="M${cx - 4} ${cy - 4}l8 8m0 -8l-8 8"></path>
    ${cx + 10 + textWidth(text, FONT) <= right ? svg`<text x=${cx + 10} y=${cy - 6}>${text}</text>` : nothing}`;
}

function distanceTicks(back: number, width: number): number[] {
  const step = [1, 2, 5, 10, 20, 25, 50, 100].find((size) => (back / size) * 34 <= width) ?? back;
  return Array.from({ length: Math.floor(back / step) + 1 }, (_, index) => index * step);
}

function wordTicks({ x, bottom, back, right, left }: PlotLayout, words: readonly string[]): SVGTemplateResult | typeof nothing {
  const room = (right - left) / Math.max(1, back);
  if (words.slice(0, back + 1).some((word) => textWidth(word, FONT) > room - 6)) return nothing;
  return svg`${words.slice(0, back + 1).map((word, k) => svg`<text x=${Math.min(x(k), right + RIGHT - textWidth(word, FONT) / 2)} y=${bottom + 32} text-anchor="middle">${word}</text>`)}`;
}

/** A line with gaps where there is nothing to draw: a logarithm of 0. Far outside values are cut, or no browser draws them well. */
function linePath(layout: PlotLayout, values: Float64Array): string {
  let path = '';
  let open = false;
  for (let k = 0; k <= layout.back; k++) {
    const value = values[k];
    if (!Number.isFinite(value)) {
      if (value < 0 && open) path += `V${(layout.bottom + 50).toFixed(1)}`;
      open = false;
      continue;
    }
    path += `${open ? 'L' : 'M'}${layout.x(k).toFixed(1)} ${cut(layout, value).toFixed(1)}`;
    open = true;
  }
  return path;
}

function bandPath(layout: PlotLayout, upper: Float64Array, lower: Float64Array): string {
  const along = (values: Float64Array) => Array.from({ length: layout.back + 1 }, (_, k) => `${layout.x(k).toFixed(1)} ${cut(layout, values[k]).toFixed(1)}`);
  return `M${[...along(upper), ...along(lower).toReversed()].join('L')}Z`;
}

function cut({ y, top, bottom }: PlotLayout, value: number): number {
  return Math.min(bottom + 50, Math.max(top - 50, y(value)));
}
