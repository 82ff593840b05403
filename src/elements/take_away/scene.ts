/**
 * A heatmap as a drawing: where its entries, words and legend are and in which colours, worked out from its numbers alone,
 * whatever computed them and whatever the screen is like. What writes files draws this.
 */
import { LAST, NOT_A_NUMBER, ZERO, type ColourTable } from '../colour/scale';
import type { Block } from '../heatmap_geometry';
import { layoutFor, type Layout } from '../heatmap_layout';
import { firstLabel } from '../heatmap_labels';
import type { SayHeatmap } from '../heatmap_phrases';
import { legendTicks } from '../legend';
import type { Matrix } from '../matrix';
import { CellColours, type EntryAt, type Span } from '../paint/cell_colours';
import type { Coding } from '../range';
import type { RowOrder } from '../row_order';
import { textWidth } from '../text_width';

export interface SceneParts {
  readonly matrix: Matrix;
  readonly at: EntryAt;
  readonly order: RowOrder;
  readonly coding: Coding;
  readonly table: ColourTable;
  readonly dark: boolean;
  /** What stands below: what is drawn first. */
  readonly lines: readonly string[];
  readonly say: SayHeatmap;
  /** Of the element, in CSS pixels. */
  readonly width: number;
  readonly zoom: number;
  /** The part to draw, rows by their place; all unless given. */
  readonly part: Block | undefined;
  /** What is marked: rows by their place. */
  readonly marked: readonly Block[];
  readonly mirrored: boolean;
  /** Pixels of the file in one of the drawing. */
  readonly scale: number;
}

export interface SceneText {
  readonly x: number;
  /** Of the baseline. */
  readonly y: number;
  readonly text: string;
  readonly anchor: 'start' | 'middle' | 'end';
  /** In degrees, about its beginning. */
  readonly turned: number;
  readonly strong: boolean;
}

export interface SceneBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One cell: an entry, or several in one pixel. */
export interface SceneCell extends SceneBox {
  /** Undefined for one that is left open. */
  readonly colour: string | undefined;
  readonly striped: boolean;
}

/** All lengths in pixels of the drawing. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly paper: string;
  readonly ink: string;
  readonly stripes: string;
  readonly font: number;
  readonly cells: CellRaster;
  readonly boxes: readonly (SceneBox & { readonly colour: string })[];
  readonly texts: readonly SceneText[];
  readonly marks: readonly SceneBox[];
  readonly title: string;
  readonly description: string;
}

/** The cells as a grid, so that what writes millions of them need not hold each. */
export interface CellRaster {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  cellAt(row: number, column: number): SceneCell;
}

const FONT = 13;
const FAMILY = 'system-ui, sans-serif';
const MARGIN = 12;
const LINE = 18;
const STRIP = { width: 169, height: 9 };

export const fontFamily = FAMILY;

export function sceneOf(parts: SceneParts): Scene {
  const { matrix, coding, table, dark, lines, say, part, scale } = parts;
  const widthOf = (text: string) => textWidth(text, `${FONT}px ${FAMILY}`);
  const layout = layoutFor(matrix, { width: parts.width, ratio: scale, fontSize: FONT, widthOf, zoom: parts.zoom });
  const rows: Span = part?.rows ?? [0, matrix.rows - 1];
  const columns: Span = part?.columns ?? [0, matrix.columns - 1];
  const plot = { x: MARGIN + layout.gutter, y: MARGIN + layout.header, ...plotSize(layout, rows, columns) };
  const width = Math.max(plot.x + plot.width + (columns[1] === matrix.columns - 1 ? layout.overhang : 0), MARGIN + 2 * STRIP.width) + MARGIN;
  const frame: Frame = { parts, layout, rows, columns, plot, flip: (x, length = 0) => (parts.mirrored ? width - x - length : x) };
  const legendTop = plot.y + plot.height + 14;
  const wrapped = lines.flatMap((line) => wrap(line, width - 3 * MARGIN - STRIP.width, widthOf));
  const legend = legendOf(coding, table, matrix.zeroIsEmpty, width - MARGIN - STRIP.width, legendTop, say);
  return {
    width,
    height: legendTop + Math.max(wrapped.length * LINE, 32) + MARGIN,
    paper: dark ? '#121214' : '#ffffff',
    ink: dark ? '#ececee' : '#18181b',
    stripes: hex(table, NOT_A_NUMBER),
    font: FONT,
    cells: rasterOf(frame),
    boxes: legend.boxes,
    texts: [...labelsOf(frame), ...wrapped.map((text, k) => ({ x: MARGIN, y: legendTop + 12 + k * LINE, text, anchor: 'start' as const, turned: 0, strong: k === 0 })), ...legend.texts],
    marks: parts.marked.flatMap((block) => markOf(frame, block)),
    title: lines[0] ?? '',
    description: lines.slice(1).join(' '),
  };
}

interface Frame {
  readonly parts: SceneParts;
  readonly layout: Layout;
  readonly rows: Span;
  readonly columns: Span;
  readonly plot: SceneBox;
  /** Where something is that begins there, when columns run from right to left. */
  readonly flip: (x: number, length?: number) => number;
}

function plotSize({ entryWidth, entryHeight, ratio }: Layout, rows: Span, columns: Span): { readonly width: number; readonly height: number } {
  const pixels = ([first, last]: Span, entry: number) => Math.max(1, Math.round((last + 1) * entry) - Math.floor(first * entry));
  return { width: pixels(columns, entryWidth) / ratio, height: pixels(rows, entryHeight) / ratio };
}

function rasterOf({ parts: { matrix, at, order, coding, table, scale }, layout, rows, columns, plot, flip }: Frame): CellRaster {
  const { entryWidth, entryHeight, gap } = layout;
  const values = matrix.log10 ?? at;
  const [across, down] = [entryWidth < 1, entryHeight < 1];
  const grid = { rows: down ? Math.round(matrix.rows * entryHeight) : matrix.rows, columns: across ? Math.round(matrix.columns * entryWidth) : matrix.columns };
  const cells = new CellColours({ rows: matrix.rows, columns: matrix.columns, at: (row, column) => values(order.rowAt(row), column), logarithms: matrix.log10 !== undefined }, grid, coding);
  const first = { row: down ? Math.floor(rows[0] * entryHeight) : rows[0], column: across ? Math.floor(columns[0] * entryWidth) : columns[0] };
  const count = { rows: down ? Math.round(plot.height * scale) : rows[1] - rows[0] + 1, columns: across ? Math.round(plot.width * scale) : columns[1] - columns[0] + 1 };
  const [cellWidth, cellHeight] = [Math.max(1, entryWidth) / scale, Math.max(1, entryHeight) / scale];
  const indices = cells.indices([first.row, Math.min(grid.rows, first.row + count.rows) - 1], [first.column, Math.min(grid.columns, first.column + count.columns) - 1]);
  return {
    ...plot,
    x: flip(plot.x, plot.width),
    columns: Math.min(count.columns, grid.columns - first.column),
    rows: Math.min(count.rows, grid.rows - first.row),
    cellAt(row, column) {
      const [r, c] = [first.row + row, first.column + column];
      const index = indices[r * grid.columns + c];
      const width = cellWidth - gap / scale;
      const box = { x: flip(plot.x + column * cellWidth, width), y: plot.y + row * cellHeight, width, height: cellHeight - gap / scale };
      if (index !== NOT_A_NUMBER) return { ...box, colour: index === ZERO && matrix.zeroIsEmpty ? undefined : hex(table, index), striped: false };
      const value = cells.valueOf(r, c);
      return { ...box, colour: Number.isNaN(value) ? undefined : hex(table, value > 0 || coding.scaling === 'log' ? LAST : 0), striped: true };
    },
  };
}

/** Names of columns above and of rows beside, as many as have room. */
function labelsOf({ parts: { matrix, order, say, mirrored }, layout, rows, columns, plot, flip }: Frame): readonly SceneText[] {
  const { entryWidth, entryHeight, ratio, rowStep, columnStep, slanted, gap } = layout;
  const [pitchX, pitchY] = [entryWidth / ratio, entryHeight / ratio];
  const texts: SceneText[] = [{ x: flip(plot.x - 8), y: plot.y - 6, text: say('noun', { noun: matrix.rowNoun, count: 1 }), anchor: mirrored ? 'start' : 'end', turned: 0, strong: false }];
  for (let column = Math.max(columns[0], firstLabel(columns[0], columnStep)); column <= columns[1]; column += columnStep) {
    if (column < 0 || (column + 1) % columnStep !== 0) continue;
    const middle = plot.x + (column - columns[0] + 0.5) * pitchX - gap / ratio / 2;
    texts.push({ x: flip(slanted ? middle + 5 : middle), y: plot.y - 6, text: shortened(matrix.columnLabels?.[column] ?? String(column + 1), layout), anchor: !slanted ? 'middle' : mirrored ? 'end' : 'start', turned: slanted ? (mirrored ? 45 : -45) : 0, strong: false });
  }
  for (let place = firstLabel(rows[0], rowStep); place <= rows[1]; place += rowStep) {
    if (place < rows[0]) continue;
    const row = order.rowAt(place);
    texts.push({ x: flip(plot.x - 8), y: plot.y + (place - rows[0] + 0.5) * pitchY - gap / ratio / 2 + 0.35 * FONT, text: shortened(matrix.rowLabels?.[row] ?? String(row + 1), layout), anchor: mirrored ? 'start' : 'end', turned: 0, strong: false });
  }
  return texts;
}

function shortened(label: string, { longestLabel }: Layout): string {
  const widthOf = (text: string) => textWidth(text, `${FONT}px ${FAMILY}`);
  if (widthOf(label) <= longestLabel) return label;
  const letters = [...label];
  while (letters.length > 1 && widthOf(`${letters.join('')}…`) > longestLabel) letters.pop();
  return `${letters.join('')}…`;
}

function markOf({ layout: { entryWidth, entryHeight, ratio, gap }, rows, columns, plot, flip }: Frame, block: Block): readonly SceneBox[] {
  const within = ([first, last]: Span, [from, to]: Span): Span => [Math.max(first, from), Math.min(last, to)];
  const [across, down] = [within(block.columns, columns), within(block.rows, rows)];
  if (across[0] > across[1] || down[0] > down[1]) return [];
  const side = ([first, last]: Span, from: number, entry: number) => ({ start: ((first - from) * entry) / ratio, length: ((last - first + 1) * entry - gap) / ratio });
  const [x, y] = [side(across, columns[0], entryWidth), side(down, rows[0], entryHeight)];
  return [{ x: flip(plot.x + x.start, x.length), y: plot.y + y.start, width: x.length, height: y.length }];
}

function legendOf(coding: Coding, table: ColourTable, zeroIsEmpty: boolean, x: number, y: number, say: SayHeatmap): Pick<Scene, 'boxes' | 'texts'> {
  const log = coding.scaling === 'log';
  const zero = log ? 22 : 0;
  const first = log ? ZERO + 1 : 0;
  const count = LAST + 1 - first;
  const width = STRIP.width - zero;
  const strip = Array.from({ length: count }, (_, k) => ({ x: x + zero + (k * width) / count, y, width: width / count + 0.2, height: STRIP.height, colour: hex(table, first + k) }));
  const ofZero = log && !zeroIsEmpty ? [{ x, y, width: 16, height: STRIP.height, colour: hex(table, ZERO) }] : [];
  const text = (at: number, words: string, anchor: SceneText['anchor']) => ({ x: at, y: y + STRIP.height + 15, text: words, anchor, turned: 0, strong: false });
  const [low, middle, high] = legendTicks(coding, say);
  return {
    boxes: [...ofZero, ...strip],
    texts: [...(log ? [text(x + 8, '0', 'middle')] : []), text(x + zero, low, 'start'), ...(middle ? [text(x + zero + width / 2, middle, 'middle')] : []), text(x + STRIP.width, high, 'end')],
  };
}

function wrap(line: string, width: number, widthOf: (text: string) => number): readonly string[] {
  const lines: string[] = [];
  for (const word of line.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && widthOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function hex(table: ColourTable, index: number): string {
  return `#${[0, 1, 2].map((k) => table[4 * index + k].toString(16).padStart(2, '0')).join('')}`;
}
