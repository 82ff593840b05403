/** Words in a row, and over them an arc from one of them to each that it takes something from: thicker for more. */
import { css, svg, type SVGTemplateResult } from 'lit';
import { textWidth } from './text_width';

/** For text of the usual size, in CSS pixels. */
const ROOM = { arcs: 132, words: 26, bars: 40, shares: 20, beside: 14 } as const;
const SLOT = { least: 38, most: 132 } as const;
const ARC = { lowest: 26, thinnest: 0.5, thickest: 9 } as const;
const LONGEST_WORD = 116;

/** More arcs than these are a blot; the heaviest are drawn. */
export const MOST_ARCS = 200;

export const ARCS_HEIGHT = ROOM.arcs + ROOM.words + ROOM.bars + ROOM.shares;

/** Where each word stands: the middle of its slot and the slot's width, in the picture's own pixels. */
export interface WordSlots {
  readonly words: readonly string[];
  readonly middles: readonly number[];
  readonly widths: readonly number[];
  /** Of all together. */
  readonly width: number;
}

/** Slots as wide as their words, spread out where there is room. */
export function wordSlots(words: readonly string[], room: number, font: string): WordSlots {
  const shown = words.map((word) => shortened(word, font));
  const needed = shown.map((word) => Math.max(SLOT.least, textWidth(word, font) + ROOM.beside));
  const spare = Math.max(0, room - needed.reduce((sum, width) => sum + width, 0)) / words.length;
  const widths = needed.map((width) => Math.min(width + spare, Math.max(width, SLOT.most)));
  let at = 0;
  const middles = widths.map((width) => (at += width) - width / 2);
  return { words: shown, middles, widths, width: at };
}

function shortened(word: string, font: string): string {
  if (textWidth(word, font) <= LONGEST_WORD) return word;
  const characters = [...word];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, font) > LONGEST_WORD) characters.pop();
  return `${characters.join('')}…`;
}

/** The word at a place of the picture, from 0. */
export function wordAt({ middles, widths }: WordSlots, x: number): number {
  const found = middles.findIndex((middle, k) => x < middle + widths[k] / 2);
  return found < 0 ? middles.length - 1 : found;
}

/** @param weights - what the word takes from each word up to and including itself; its index is the last */
export function arcsPicture(slots: WordSlots, weights: readonly number[]): SVGTemplateResult {
  const { words, middles, widths, width } = slots;
  const query = weights.length - 1;
  const drawn = heaviest(weights);
  const word = ROOM.arcs + 17;
  const bars = ROOM.arcs + ROOM.words;
  return svg`
    <rect class="here" x=${middles[query] - widths[query] / 2} y=${ROOM.arcs} width=${widths[query]} height=${ROOM.words}></rect>
    ${drawn.map((s) => arc(middles[query], middles[s], width, weights[s]))}
    ${words.map((text, s) => svg`<text class=${s === query ? 'word query' : s > query ? 'word unread' : 'word'} x=${middles[s]} y=${word}>${text}</text>`)}
    ${weights.map(
      (weight, s) => svg`<rect class="bar" x=${middles[s] - 10} y=${bars} width="20" height=${weight * ROOM.bars}></rect>
        <text class="share" x=${middles[s]} y=${bars + weight * ROOM.bars + 13}>${shareOf(weight)}</text>`,
    )}
  `;
}

/** Indices of the weights that are drawn, the lightest first, so that the heaviest lie on top. */
export function heaviest(weights: readonly number[]): readonly number[] {
  const order = weights.map((_, s) => s).toSorted((one, other) => weights[one] - weights[other]);
  return order.slice(-MOST_ARCS).filter((s) => weights[s] > 0);
}

function arc(from: number, to: number, width: number, weight: number): SVGTemplateResult {
  const base = ROOM.arcs - 3;
  const thickness = ARC.thinnest + (ARC.thickest - ARC.thinnest) * weight;
  const opacity = (0.25 + 0.75 * Math.sqrt(weight)).toFixed(3);
  // A Bézier curve rises to three quarters of where its handles are.
  const rise = from === to ? ARC.lowest / 0.75 : (ARC.lowest + (ROOM.arcs - 12 - ARC.lowest) * Math.sqrt(Math.abs(from - to) / width)) / 0.75;
  const reach = from === to ? 20 : 0;
  return svg`<path class="arc" d=${`M${from - reach / 4} ${base}C${from - reach} ${base - rise} ${to + reach} ${base - rise} ${to + reach / 4} ${base}`} stroke-width=${thickness.toFixed(2)} stroke-opacity=${opacity}></path>`;
}

/** `31 %`, `<1 %` */
function shareOf(weight: number): string {
  return weight > 0 && weight < 0.005 ? '<1 %' : `${Math.round(100 * weight)} %`;
}

export const arcsStyles = css`
  .arcs {
    display: block;
    cursor: pointer;
    touch-action: pan-x pan-y;
  }
  .arcs:focus-visible {
    outline-offset: -2px;
  }
  .arc {
    fill: none;
    stroke: var(--accent);
    stroke-linecap: round;
  }
  .arcs text {
    text-anchor: middle;
    fill: currentColor;
    unicode-bidi: plaintext;
  }
  .arcs .word {
    font-size: 14px;
  }
  .arcs .query {
    font-weight: 700;
  }
  .arcs .unread {
    fill: var(--quiet);
    opacity: 0.6;
  }
  .arcs .share {
    font-size: 12px;
    fill: var(--quiet);
  }
  .here {
    fill: var(--accent);
    fill-opacity: 0.16;
    rx: 4px;
  }
  .bar {
    fill: var(--accent);
    fill-opacity: 0.75;
  }
`;
