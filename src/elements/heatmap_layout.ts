/**
 * How large the entries of a heatmap are and how its labels are written, from the room there is. Entries are whole
 * device pixels, so that every one is equally wide and none is blurred; what does not fit scrolls.
 */
import type { Matrix } from './matrix';

export interface Layout {
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
  /** In device pixels; the gap belongs to the entry. */
  readonly entryWidth: number;
  readonly entryHeight: number;
  readonly gap: number;
  readonly stripe: number;
  /** In CSS pixels: room for the labels at the left, above, and for what slanted ones need at the right. */
  readonly gutter: number;
  readonly header: number;
  readonly overhang: number;
  /** Words that would not fit side by side are written aslant. */
  readonly slanted: boolean;
  /** Every how-manieth row and column has its label written. */
  readonly rowStep: number;
  readonly columnStep: number;
}

/** In CSS pixels. */
const ENTRY = { widest: 140, narrowest: 4, narrowestWithWord: 21, tallest: 30, flattest: 6 };
const HEIGHT = 416;
const LANE = { height: 112, flattest: 3 };
/** Of an entry of a matrix of pairs, which is as wide as it is high. */
const PAIR = { largest: 60, smallest: 4 };
/** A matrix of pairs keeps to this height, in CSS pixels, unless its entries would be smaller than `readable`. */
const PAIRS = { height: 480, readable: 9 };
const LONGEST_LABEL = 116;
const LINE = 14;

/** What of a matrix its layout follows from. */
export type LabelledGrid = Pick<Matrix, 'rows' | 'columns' | 'rowLabels' | 'columnLabels' | 'rowNoun'> & Partial<Pick<Matrix, 'pairs'>>;

/**
 * @param widthOf - the width of a text in the labels' font, in CSS pixels
 * @param lane - one of several above one another, which have to be low
 */
export function layoutFor(matrix: LabelledGrid, available: number, ratio: number, widthOf: (text: string) => number, lane = false): Layout {
  if (matrix.pairs) return squareLayoutFor(matrix, available, ratio, widthOf);
  const { rows, columns, rowLabels, columnLabels, rowNoun } = matrix;
  const widest = (labels: readonly string[]) => Math.min(LONGEST_LABEL, labels.reduce((most, label) => Math.max(most, widthOf(label)), 0));
  const gutter = Math.ceil(Math.max(widest(rowLabels ?? [String(rows)]), widthOf(rowNoun))) + 10;
  const columnLabel = widest(columnLabels ?? [String(columns)]);

  const across = (overhang: number) => {
    const narrowest = columnLabels ? ENTRY.narrowestWithWord : ENTRY.narrowest;
    const wide = clamp((available - gutter - overhang) / columns, narrowest, ENTRY.widest);
    return Math.max(1, Math.floor(wide * ratio));
  };
  const upright = across(0);
  const slanted = columnLabels !== undefined && columnLabel > upright / ratio - 6;
  const overhang = slanted ? slantedOverhang(columnLabels.map(widthOf), (0.85 * upright) / ratio) : 0;
  const entryWidth = slanted ? across(overhang) : upright;
  const entryHeight = Math.max(1, Math.floor(clamp((lane ? LANE.height : HEIGHT) / rows, lane ? LANE.flattest : ENTRY.flattest, ENTRY.tallest) * ratio));
  const airy = Math.min(entryWidth, entryHeight) >= 9 * ratio;
  return {
    ratio,
    entryWidth,
    entryHeight,
    gap: airy ? Math.max(1, Math.round(ratio)) : 0,
    stripe: Math.max(2, Math.round(3 * ratio)),
    gutter,
    header: slanted ? Math.ceil((columnLabel + LINE) * Math.SQRT1_2) + 4 : 24,
    overhang,
    slanted,
    rowStep: roundStep((LINE * ratio) / entryHeight),
    columnStep: columnLabels ? 1 : roundStep(((columnLabel + 8) * ratio) / entryWidth),
  };
}

/** Both axes are the same steps: entries are squares, and where words would crowd every few-th is written. */
function squareLayoutFor({ rows, columns, rowLabels, columnLabels, rowNoun }: LabelledGrid, available: number, ratio: number, widthOf: (text: string) => number): Layout {
  const widths = (columnLabels ?? [String(columns)]).map(widthOf);
  const widest = Math.min(LONGEST_LABEL, widths.reduce((most, width) => Math.max(most, width), 0));
  const gutter = Math.ceil(Math.max(rowLabels ? widest : widthOf(String(rows)), widthOf(rowNoun))) + 10;
  const side = (overhang: number) => Math.max(1, Math.floor(clamp(Math.min((available - gutter - overhang) / columns, Math.max(PAIRS.height / rows, PAIRS.readable)), PAIR.smallest, PAIR.largest) * ratio));
  const slanted = widest > side(0) / ratio - 6;
  const overhang = slanted ? slantedOverhang(widths, (0.85 * side(0)) / ratio) : 0;
  const entry = side(overhang);
  const step = roundStep(((LINE + 1) * ratio) / entry);
  return {
    ratio,
    entryWidth: entry,
    entryHeight: entry,
    gap: entry >= 9 * ratio ? Math.max(1, Math.round(ratio)) : 0,
    stripe: Math.max(2, Math.round(3 * ratio)),
    gutter,
    header: slanted ? Math.ceil((widest + LINE) * Math.SQRT1_2) + 4 : 24,
    overhang,
    slanted,
    rowStep: step,
    columnStep: step,
  };
}

/** How far slanted labels reach beyond the last column: each begins in the middle of its own. */
function slantedOverhang(widths: readonly number[], column: number): number {
  const reach = widths.map((width, i) => (Math.min(width, LONGEST_LABEL) + LINE) * Math.SQRT1_2 - (widths.length - i - 0.5) * column);
  return Math.ceil(reach.reduce((most, past) => Math.max(most, past), 0));
}

/** How high so many rows are drawn, in CSS pixels, with one line of labels. */
export function expectedHeight(rows: number): number {
  return clamp(HEIGHT / rows, ENTRY.flattest, ENTRY.tallest) * rows + 24;
}

/** The smallest of 1, 2, 5, 10 … that is not below `least`. */
function roundStep(least: number): number {
  for (let decade = 1; ; decade *= 10) {
    const step = [1, 2, 5].find((digit) => digit * decade >= least);
    if (step) return step * decade;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
