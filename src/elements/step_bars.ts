/** A bar for every word, above lanes whose columns are the same words; and across each bar a mark for a second number. */
import { css, svg, type SVGTemplateResult } from 'lit';
import { textWidth } from './text_width';
import type { TimeAxis } from './time_axis';

/** For text of the usual size, in CSS pixels. */
const BARS = { height: 92, above: 6, below: 6, widest: 44 } as const;
const SLANT = Math.SQRT1_2;
const LONGEST_WORD = 116;

export interface StepBars {
  readonly words: readonly string[];
  /** One for each word, from 0. */
  readonly values: readonly number[];
  readonly marks: readonly number[];
  /** The axis goes from 0 to here. */
  readonly limit: number;
  readonly format: (value: number) => string;
}

/** How high the words above the bars are: upright in a line where they fit side by side, else aslant. */
export function headerHeight(words: readonly string[], pitch: number, font: string): { readonly height: number; readonly slanted: boolean } {
  const widest = Math.min(LONGEST_WORD, Math.max(0, ...words.map((word) => textWidth(word, font))));
  const slanted = widest > pitch - 6;
  return { height: slanted ? Math.ceil((widest + 14) * SLANT) + 4 : 22, slanted };
}

export function barsHeight(header: number): number {
  return header + BARS.above + BARS.height + BARS.below;
}

/** @param here - the chosen step */
export function barsPicture({ words, values, marks, limit, format }: StepBars, { left, pitch, width, worded }: TimeAxis, header: { readonly height: number; readonly slanted: boolean }, here: number): SVGTemplateResult {
  const top = header.height + BARS.above;
  const bottom = top + BARS.height;
  const y = (value: number) => bottom - (Math.min(value, limit) / limit) * BARS.height;
  const middle = (t: number) => left + (t + 0.5) * pitch;
  const bar = Math.max(1, Math.min(BARS.widest, pitch * 0.62));
  const word = (t: number) => (header.slanted ? svg`<text class="word slanted" transform="translate(${middle(t)} ${header.height - 4}) rotate(-45)">${words[t]}</text>` : svg`<text class="word" x=${middle(t)} y=${header.height - 6}>${words[t]}</text>`);
  return svg`
    <rect class="here" x=${left + here * pitch} y="0" width=${pitch} height=${bottom}></rect>
    ${[0, limit].map((value) => svg`<path class="rule" d="M${left} ${y(value)}H${width}"></path><text class="tick" x=${left - 6} y=${y(value) + 4}>${format(value)}</text>`)}
    ${values.map((value, t) => svg`<rect class="bar" x=${middle(t) - bar / 2} y=${y(value)} width=${bar} height=${bottom - y(value)}></rect>`)}
    ${marks.map((value, t) => svg`<path class="mark" d="M${middle(t) - bar / 2 - 3} ${y(value)}h${bar + 6}"></path>`)}
    ${worded ? words.map((_, t) => word(t)) : ''}
  `;
}

export const barsStyles = css`
  .bars {
    display: block;
    overflow: visible;
    cursor: pointer;
    touch-action: pan-x pan-y;
  }
  .bars:focus-visible {
    outline-offset: -2px;
  }
  .bars text {
    font-size: 13px;
    fill: currentColor;
    unicode-bidi: plaintext;
  }
  .bars .word {
    text-anchor: middle;
  }
  .bars .slanted {
    text-anchor: start;
  }
  .bars .tick {
    font-size: 12px;
    fill: var(--quiet);
    text-anchor: end;
  }
  .bars .rule {
    stroke: var(--line);
  }
  .bars .here {
    fill: currentColor;
    opacity: 0.09;
  }
  .bars .bar {
    fill: var(--accent);
  }
  .bars .mark {
    stroke: currentColor;
    stroke-width: 2;
  }
`;
