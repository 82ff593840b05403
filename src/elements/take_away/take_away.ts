/** Everything that a heatmap can be taken away as, from what it shows at this moment. */
import { colourTable, type ChosenColours } from '../colour/scale';
import type { Block, HeatmapGeometry } from '../heatmap_geometry';
import type { SayHeatmap } from '../heatmap_phrases';
import type { HeatmapProperties } from '../heatmap_properties';
import { scaleFor, snapOutward, stickyDecades, type Coding } from '../range';
import type { RnnModel } from '../rnn-model';
import { blocksOf, type Selection } from '../selection';
import type { EntryAt } from '../paint/cell_colours';
import { surveyOf } from '../survey';
import { embedCode } from './embed_code';
import { csvOf, jsonOf } from './number_files';
import { pngOf } from './png_picture';
import { sceneOf, type Scene } from './scene';
import { svgOf } from './svg_picture';

export type FileFormat = 'png' | 'svg' | 'csv' | 'json';

/** What is shown. */
export interface Shown {
  readonly host: HeatmapProperties;
  readonly geometry: HeatmapGeometry;
  readonly at: EntryAt;
  readonly coding: Coding;
  readonly dark: boolean;
  readonly chosen: ChosenColours;
  readonly selection: Selection;
  /** What is said below, what is drawn first. */
  readonly lines: readonly string[];
  readonly computedBy: string | undefined;
  /** The numbers come from float32. */
  readonly single: boolean;
  readonly model: RnnModel | undefined;
  readonly say: SayHeatmap;
}

export interface Taking {
  /** All of the matrix, or what is in sight. */
  readonly part?: 'all' | 'seen';
  /** Pixels of the file in one of the page. */
  readonly scale?: number;
}

/** Rejects, in words, for what cannot be made. */
export async function fileOf(shown: Shown, format: FileFormat, { part = 'all', scale = 2 }: Taking = {}): Promise<Blob> {
  const { geometry, at, coding, single, computedBy } = shown;
  const numbers = { matrix: geometry.matrix, order: geometry.order, at, single, part: part === 'seen' ? seenOf(geometry) : undefined };
  if (format === 'csv') return new Blob([csvOf(numbers)], { type: 'text/csv;charset=utf-8' });
  if (format === 'json') return new Blob([jsonOf(numbers, coding, { title: shown.lines[0] ?? '', computedBy })], { type: 'application/json' });
  if (format === 'svg') return new Blob([svgOf(drawn(shown, part, 1))], { type: 'image/svg+xml' });
  if (format !== 'png') throw new Error(`"${String(format)}" is no format; there are png, svg, csv and json.`);
  if (!(scale > 0 && scale <= 16)) throw new Error(`scale: ${scale} given; it must be above 0 and at most 16.`);
  return pngOf(drawn(shown, part, scale), scale);
}

/** The HTML that shows the same in another page. Throws, in words, for more numbers than make sense there. */
export function codeOf(shown: Shown, script: string): string {
  const { host, model, geometry, at, coding, single, chosen } = shown;
  return embedCode({ host, model, matrix: geometry.matrix, at, coding, single, chosen, script, freshRange: isFresh(shown) });
}

function drawn({ host, geometry, at, coding, dark, chosen, lines, say, selection }: Shown, part: 'all' | 'seen', scale: number): Scene {
  const { matrix, order, mirrored, layout } = geometry;
  return sceneOf({
    matrix,
    at,
    order,
    coding,
    table: colourTable(scaleFor(coding), dark, chosen),
    dark,
    lines,
    say,
    width: host.clientWidth,
    zoom: layout.zoom,
    part: part === 'seen' ? seenOf(geometry) : undefined,
    marked: blocksOf(selection, matrix, order),
    mirrored,
    scale,
  });
}

/** Entries that can be seen at least in part. */
function seenOf({ visible: { first, last }, matrix }: HeatmapGeometry): Block {
  return { rows: [first.row, Math.min(last.row, matrix.rows - 1)], columns: [first.column, Math.min(last.column, matrix.columns - 1)] };
}

/** Whether the colours' range is what these numbers alone would give, with no memory of others. */
function isFresh({ geometry: { matrix }, at, coding }: Shown): boolean {
  if (matrix.fixedRange) return true;
  const { least, most } = surveyOf(matrix, at);
  const { max } = coding.scaling === 'log' ? stickyDecades(undefined, least, most) : { max: snapOutward(10 ** most) };
  return Math.abs(max - coding.max) <= 1e-6 * Math.abs(max) && (coding.scaling !== 'log' || stickyDecades(undefined, least, most).min === coding.min);
}
