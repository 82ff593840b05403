/**
 * How large the entries of a heatmap are and how its labels are written, from the room there is. Entries are whole
 * device pixels, so that every one is equally wide and none is blurred; what does not fit scrolls. Zoomed far out, several
 * entries share a pixel: an entry is a fraction of one then.
 */
import type { Matrix } from './matrix';

export interface Layout {
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
  /** In device pixels; the gap belongs to the entry. Whole, or below 1 where several share a pixel. */
  readonly entryWidth: number;
  readonly entryHeight: number;
  readonly gap: number;
  readonly stripe: number;
  /** In CSS pixels: room for the labels at the side, above, and for what those above need beyond the last column. */
  readonly gutter: number;
  readonly header: number;
  readonly overhang: number;
  /** No label is longer, in CSS pixels. */
  readonly longestLabel: number;
  /** Words that would not fit side by side are written aslant. */
  readonly slanted: boolean;
  /** Every how-manieth row and column has its label written. */
  readonly rowStep: number;
  readonly columnStep: number;
  /** What was asked for, within the ends there are: nothing is drawn smaller than fits, nor larger than is of use. */
  readonly zoom: number;
  readonly zooms: { readonly least: number; readonly most: number };
}

/** What a heatmap is laid out in. */
export interface Room {
  /** In CSS pixels. */
  readonly width: number;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
  /** Of the labels, in CSS pixels. */
  readonly fontSize: number;
  /** The width of a text in the labels' font, in CSS pixels. */
  readonly widthOf: (text: string) => number;
  /** One of several above one another, which have to be low. */
  readonly lane?: boolean;
  /** How much larger entries are than they would be by themselves; 0 for the whole matrix in sight. */
  readonly zoom?: number;
}

/** In CSS pixels. */
const ENTRY = { widest: 140, narrowest: 4, narrowestWithWord: 21, tallest: 30, flattest: 6 };
const HEIGHT = 416;
const LANE = { height: 112, flattest: 3 };
/** Of an entry of a matrix of pairs, which is as wide as it is high. */
const PAIR = { largest: 60, smallest: 4 };
/** A matrix of pairs keeps to this height, in CSS pixels, unless its entries would be smaller than `readable`. */
const PAIRS = { height: 480, readable: 9 };
/** Zooming in ends where an entry has this size. */
const MAGNIFIED = 64;
/** Browsers lay out nothing that is much longer. */
const LONGEST_PLANE = 16e6;

/** Between two numbers, in CSS pixels. */
const SPACE = 8;

/** For labels of `size`; all of it grows with them. */
const FONT = { size: 13, line: 14, longestLabel: 116, header: 24 };

/** What of a matrix its layout follows from. */
export type LabelledGrid = Pick<Matrix, 'rows' | 'columns' | 'rowNoun'> & Partial<Pick<Matrix, 'rowLabels' | 'columnLabels' | 'pairs'>>;

/** One side of the matrix: how many entries, and how long one is by itself and where all fit, in CSS pixels. */
interface Side {
  readonly count: number;
  readonly natural: number;
  readonly fitting: number;
}

export function layoutFor(matrix: LabelledGrid, room: Room): Layout {
  const { rows, columns, rowLabels, columnLabels, rowNoun } = matrix;
  const { ratio, widthOf, zoom = 1 } = room;
  const em = room.fontSize / FONT.size;
  const [line, longestLabel] = [FONT.line * em, FONT.longestLabel * em];
  const widest = (labels: readonly string[]) => Math.min(longestLabel, labels.reduce((most, label) => Math.max(most, widthOf(label)), 0));
  const gutter = Math.ceil(Math.max(widest(rowLabels ?? [String(rows)]), widthOf(rowNoun))) + 10;
  const columnLabel = widest(columnLabels ?? [String(columns)]);

  const sides = matrix.pairs ? squareSides : planeSides;
  const sized = (overhang: number) => {
    const [across, down] = sides(matrix, room, Math.max(1, room.width - gutter - overhang), em);
    const zooms = zoomsOf([across, down]);
    return { zoom: clamp(zoom, zooms.least, zooms.most), zooms, entryWidth: pixels(across, zoom, ratio), entryHeight: pixels(down, zoom, ratio) };
  };
  const upright = sized(0);
  const slanted = (columnLabels !== undefined || Boolean(matrix.pairs)) && columnLabel > upright.entryWidth / ratio - 6;
  const overhang = slanted ? slantedOverhang(columnLabels ?? [String(columns)], widthOf, (0.85 * upright.entryWidth) / ratio, longestLabel, line) : columnLabels ? 0 : uprightOverhang(columns, widthOf, (room.width - gutter) / columns);
  const size = overhang > 0 ? sized(overhang) : upright;
  const smaller = Math.min(size.entryWidth, size.entryHeight);
  const rowStep = roundStep(((matrix.pairs ? line + 1 : line) * ratio) / size.entryHeight);
  const label = slanted ? line : columnLabels ? columnLabel : columnLabel + SPACE;
  return {
    ...size,
    ratio,
    gap: smaller >= 9 * ratio ? Math.max(1, Math.round(ratio)) : 0,
    stripe: Math.max(2, Math.round(3 * ratio)),
    gutter,
    header: slanted ? Math.ceil((columnLabel + line) * Math.SQRT1_2) + 4 : Math.ceil(FONT.header * em),
    overhang,
    longestLabel,
    slanted,
    rowStep,
    columnStep: matrix.pairs ? rowStep : roundStep((label * ratio) / size.entryWidth),
  };
}

/** @param width - what the labels leave, in CSS pixels */
function planeSides({ rows, columns, columnLabels }: LabelledGrid, { lane }: Room, width: number, em: number): readonly [across: Side, down: Side] {
  const across = width / columns;
  const down = (lane ? LANE.height : HEIGHT) / rows;
  const narrowest = columnLabels ? ENTRY.narrowestWithWord * em : ENTRY.narrowest;
  return [
    { count: columns, natural: clamp(across, narrowest, ENTRY.widest), fitting: across },
    { count: rows, natural: clamp(down, lane ? LANE.flattest : ENTRY.flattest, ENTRY.tallest), fitting: down },
  ];
}

/** Both axes are the same steps: entries are squares. */
function squareSides({ rows, columns }: LabelledGrid, _room: Room, width: number): readonly [across: Side, down: Side] {
  const natural = clamp(Math.min(width / columns, Math.max(PAIRS.height / rows, PAIRS.readable)), PAIR.smallest, PAIR.largest);
  const side = { count: columns, natural, fitting: Math.min(width / columns, PAIRS.height / rows) };
  return [side, side];
}

/** How long an entry is, in device pixels: whole, or such a fraction that all entries together are. */
function pixels({ count, natural, fitting }: Side, zoom: number, ratio: number): number {
  const length = Math.min(clamp(natural * zoom, Math.min(natural, fitting), Math.max(natural, MAGNIFIED)), LONGEST_PLANE / count) * ratio;
  return length >= 1 ? Math.floor(length) : Math.max(1, Math.floor(count * length)) / count;
}

function zoomsOf(sides: readonly Side[]): Layout['zooms'] {
  return {
    least: Math.min(1, ...sides.map(({ natural, fitting }) => fitting / natural)),
    most: Math.max(1, ...sides.map(({ natural }) => MAGNIFIED / natural)),
  };
}

/** How far slanted labels reach beyond the last column: each begins in the middle of its own. */
function slantedOverhang(labels: readonly string[], widthOf: (text: string) => number, column: number, longest: number, line: number): number {
  const farthest = Math.ceil(((longest + line) * Math.SQRT1_2) / column) + 1;
  const last = labels.slice(-farthest);
  const reach = last.map((label, i) => (Math.min(widthOf(label), longest) + line) * Math.SQRT1_2 - (last.length - i - 0.5) * column);
  return Math.ceil(reach.reduce((most, past) => Math.max(most, past), 0));
}

/**
 * How far a number over the last column may reach beyond it: it stands over its middle. The same for every zoom, or what
 * fits at one would not at another.
 *
 * @param narrowest - a column where all of them fit
 */
function uprightOverhang(columns: number, widthOf: (text: string) => number, narrowest: number): number {
  return Math.max(0, Math.ceil((widthOf(String(columns)) - narrowest) / 2));
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
