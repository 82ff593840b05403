/**
 * The colours of a heatmap, as tables of 256. A signed scale runs from blue over a neutral 0 to orange, alike in
 * lightness on both sides, so that size is lightness and sign is hue, and the two hues are the pair that every kind
 * of colour vision keeps apart. A gate's scale runs from "closed", which recedes into the page, to "open". Magnitudes on
 * a logarithmic scale have the gate's colours without the faintest, and 0, which no logarithm reaches, a warm one of
 * its own. Dark pages have scales of their own: there what is near 0 is dark.
 */
import { oklabOf, oklch, rgbOf, type Oklab, type Rgb } from './oklab';

export type ScaleKind = 'diverging' | 'sequential' | 'magnitude';

/**
 * 256 colours as RGBA bytes. The first LAST + 1 are the scale (LAST is even: a signed scale has its 0 exactly at
 * LAST / 2, a scale of magnitudes at ZERO, and begins after it); the one after is for entries that are not finite numbers.
 */
export type ColourTable = Uint8ClampedArray<ArrayBuffer>;

export const LAST = 254;
export const NOT_A_NUMBER = 255;
/** On a scale of magnitudes: the colour of exactly 0. */
export const ZERO = 0;

/** Colours that a page may choose itself. */
export interface ChosenColours {
  readonly negative?: Rgb | undefined;
  readonly zero?: Rgb | undefined;
  readonly positive?: Rgb | undefined;
}

/** A place on a scale, from 0 to 1, and its colour. */
type Anchor = readonly [position: number, colour: Oklab];

interface Scheme {
  readonly zero: Oklab;
  readonly negative: readonly Anchor[];
  readonly positive: readonly Anchor[];
  readonly gate: readonly Anchor[];
  /** Of exactly 0 among magnitudes. */
  readonly nothing: Oklab;
  readonly notANumber: Oklab;
}

const LIGHT: Scheme = {
  zero: oklch(0.972, 0.004, 95),
  negative: [
    [0.25, oklch(0.815, 0.088, 248)],
    [0.5, oklch(0.655, 0.133, 252)],
    [0.75, oklch(0.49, 0.142, 258)],
    [1, oklch(0.325, 0.112, 264)],
  ],
  positive: [
    [0.25, oklch(0.835, 0.105, 66)],
    [0.5, oklch(0.69, 0.158, 50)],
    [0.75, oklch(0.525, 0.158, 38)],
    [1, oklch(0.35, 0.116, 29)],
  ],
  gate: [
    [0, oklch(0.972, 0.01, 140)],
    [0.25, oklch(0.845, 0.075, 172)],
    [0.5, oklch(0.665, 0.098, 190)],
    [0.75, oklch(0.475, 0.088, 214)],
    [1, oklch(0.29, 0.085, 276)],
  ],
  nothing: oklch(0.945, 0.04, 75),
  notANumber: oklch(0.62, 0.01, 300),
};

const DARK: Scheme = {
  zero: oklch(0.215, 0.006, 270),
  negative: [
    [0.25, oklch(0.43, 0.122, 262)],
    [0.5, oklch(0.59, 0.148, 254)],
    [0.75, oklch(0.745, 0.12, 243)],
    [1, oklch(0.88, 0.07, 225)],
  ],
  positive: [
    [0.25, oklch(0.43, 0.112, 44)],
    [0.5, oklch(0.6, 0.148, 49)],
    [0.75, oklch(0.755, 0.15, 62)],
    [1, oklch(0.895, 0.11, 85)],
  ],
  gate: [
    [0, oklch(0.215, 0.018, 275)],
    [0.25, oklch(0.365, 0.07, 268)],
    [0.5, oklch(0.545, 0.095, 218)],
    [0.75, oklch(0.735, 0.11, 178)],
    [1, oklch(0.925, 0.09, 140)],
  ],
  nothing: oklch(0.29, 0.03, 62),
  notANumber: oklch(0.6, 0.01, 300),
};

/** Where on the gate's scale that of magnitudes begins: apart from the page and from 0. */
const FAINTEST = 0.17;

/** Makes a table. `dark` says what page it is for. */
export function colourTable(kind: ScaleKind, dark: boolean, chosen: ChosenColours = {}): ColourTable {
  const scheme = dark ? DARK : LIGHT;
  const zero = chosen.zero ? oklabOf(chosen.zero) : scheme.zero;
  const half = (own: readonly Anchor[], end: Rgb | undefined): Anchor[] => [[0, zero], ...(end ? [[1, oklabOf(end)] as const] : own)];
  const negative = half(scheme.negative, chosen.negative);
  const positive = half(scheme.positive, chosen.positive);
  const table = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i <= LAST; i++) {
    const position = i / LAST;
    const signed = 2 * position - 1;
    const colours: Record<ScaleKind, () => Oklab> = {
      diverging: () => colourAt(signed < 0 ? negative : positive, Math.abs(signed)),
      sequential: () => colourAt(scheme.gate, position),
      magnitude: () => (i === ZERO ? (chosen.zero ? zero : scheme.nothing) : colourAt(scheme.gate, FAINTEST + ((1 - FAINTEST) * (i - 1)) / (LAST - 1))),
    };
    table.set([...rgbOf(colours[kind]()), 255], 4 * i);
  }
  table.set([...rgbOf(scheme.notANumber), 255], 4 * NOT_A_NUMBER);
  return table;
}

/** The colour at an index, as CSS writes it. */
export function cssColour(table: ColourTable, index: number): string {
  return `rgb(${table[4 * index]} ${table[4 * index + 1]} ${table[4 * index + 2]})`;
}

/**
 * A curve through the anchors in OKLab: cubic, with slopes limited so that it never overshoots (Fritsch and
 * Carlson 1980): lightness that falls from anchor to anchor falls everywhere, and no anchor shows as an edge.
 */
function colourAt(anchors: readonly Anchor[], position: number): Oklab {
  let i = 0;
  while (i < anchors.length - 2 && position > anchors[i + 1][0]) i++;
  const width = anchors[i + 1][0] - anchors[i][0];
  const t = (position - anchors[i][0]) / width;
  const channel = (k: number): number => {
    const [from, to] = [anchors[i][1][k], anchors[i + 1][1][k]];
    const [leaving, arriving] = [slopeAt(anchors, i, k) * width, slopeAt(anchors, i + 1, k) * width];
    return (1 - t) ** 2 * (1 + 2 * t) * from + t * (1 - t) ** 2 * leaving + t ** 2 * (3 - 2 * t) * to - t ** 2 * (1 - t) * arriving;
  };
  return [channel(0), channel(1), channel(2)];
}

/** The slope of a channel at an anchor: the harmonic mean of its neighbours' slopes, 0 where they turn. */
function slopeAt(anchors: readonly Anchor[], i: number, k: number): number {
  const chord = (j: number) => (anchors[j + 1][1][k] - anchors[j][1][k]) / (anchors[j + 1][0] - anchors[j][0]);
  if (i === 0) return chord(0);
  if (i === anchors.length - 1) return chord(i - 1);
  const [before, after] = [chord(i - 1), chord(i)];
  return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
}
