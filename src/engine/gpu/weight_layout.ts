/**
 * Where a model's parameters lie. All of them are in one buffer, the arena, as the forward kernels read them; turned
 * copies for the backward kernels are in another; their gradients come as sums, each of all columns that one product
 * makes. Everything is counted in f32 entries, padded to quads, and what kernels bind starts at a multiple of 256 bytes.
 */
import { directionsOf, headWeightName, parameterName, parameterShapes, vocabularySize, type ParameterKind } from '../model/parameters';
import { isRecurrent, outputWidth, type Layer, type ModelShape, type RecurrentLayer } from '../model/spec';
import { OptionError } from '../errors';
import type { BlockWeights } from './block_weights';
import { fetchedBlocks } from './fetched_blocks';
import { isProjected, layerLayout, padded, type LayerLayout } from './layer_layout';

/** A part of an arena that a kernel binds. */
export interface ArenaRange {
  readonly offset: number;
  readonly entries: number;
}

/** A layer's part of the arena. N = M · directions. */
export interface LayerRanges {
  /** [N, I, G, H] */
  readonly w_ih: ArenaRange;
  /** [N, P, G, H] */
  readonly w_hh: ArenaRange;
  /** [N, G, H] */
  readonly b_ih: ArenaRange;
  readonly b_hh: ArenaRange;
  /** [N, U, H] and, projected, [N, H, P] */
  readonly own: ArenaRange;
}

/** Its turned copies. */
export interface TurnedRanges {
  /** [M, D, G, H, I] */
  readonly w_ih_turned: ArenaRange;
  /** [N, G, H, P] */
  readonly w_hh_turned: ArenaRange;
  /** [N, U, H] and, projected, [N, P, H] */
  readonly own_turned: ArenaRange;
}

/** The head's: [M, P, C] and [M, C, P], one in each buffer, and the bias [M, C]. */
export interface HeadRanges {
  readonly w: ArenaRange;
  readonly w_turned: ArenaRange;
  readonly bias: ArenaRange;
  /** The embedding serves as the head: `w_turned` is the embedding, in the arena, and `w` its turned copy. */
  readonly tied: boolean;
}

/** A sum of what a weight multiplied times what came back, [N, rows + ones, columns]: after the rows, with `ones`, the sum alone. */
export interface SumShape {
  readonly label: string;
  readonly models: number;
  readonly rows: number;
  readonly ones: 0 | 4;
  readonly columns: number;
}

/** A layer's sums: gates of w_hh that read or send differently are apart. */
export interface LayerSums {
  readonly ih: SumShape;
  readonly hh: readonly SumShape[];
  readonly hr: SumShape | undefined;
  readonly unit: SumShape | undefined;
}

/** Strides of a matrix of every model: entry (m, r, c) lies at offset + m · model + r · row + c · column. */
export interface Strides {
  readonly offset: number;
  readonly model: number;
  readonly row: number;
  readonly column: number;
}

/** Which part of a sum is a block's gradient: entry (r, c) is at (row + r, column + c), or, turned, at (row + c, column + r). */
export interface SumPart {
  readonly sum: SumShape;
  /** Direction d of D, within the N of the sum. */
  readonly direction: number;
  readonly directions: number;
  readonly row: number;
  readonly column: number;
  readonly turned: boolean;
}

/** A matrix that is a parameter, or the part of one whose gradient is in one sum. */
export interface Block {
  /** PyTorch's name. */
  readonly parameter: string;
  readonly rows: number;
  readonly columns: number;
  /** Entry (r, c) of one model is PyTorch's entry rowIndex[r] + columnIndex[c]; negative for padding. */
  readonly rowIndex: Int32Array;
  readonly columnIndex: Int32Array;
  readonly weights: Strides;
  /** Its place among the turned copies, where it has one. */
  readonly turned: Strides | undefined;
  /** The gradient is their sum: an embedding that serves as the head has two. */
  readonly gradients: readonly SumPart[];
}

export interface WeightLayout {
  /** Of recurrent layers; undefined for blocks. */
  readonly layers: readonly ((LayerRanges & TurnedRanges) | undefined)[];
  /** Of blocks; undefined for recurrent layers. */
  readonly programs: readonly (BlockWeights | undefined)[];
  readonly head: HeadRanges | undefined;
  /** [M, V, E] of a closed vocabulary. */
  readonly table: (ArenaRange & { readonly rows: number; readonly columns: number }) | undefined;
  /** Sizes of both buffers. */
  readonly entries: number;
  readonly turnedEntries: number;
  /** One or more for each parameter, in PyTorch's order. */
  readonly blocks: readonly Block[];
  readonly sums: { readonly layers: readonly (LayerSums | undefined)[]; readonly head: SumShape | undefined; readonly table: SumShape | undefined };
}

/** 256 bytes: the specification's default for how offsets of storage buffers are aligned. */
const ALIGNMENT = 64;

/** Throws OptionError for a tied head that the padding keeps from being the embedding. */
export function weightLayout(model: ModelShape): WeightLayout {
  const weights = new Space();
  const turned = new Space();
  const models = model.seeds.length;
  const layouts = model.layers.map((layer, k) => (isRecurrent(layer) ? layerLayout(layer, model.layers[k - 1], models, 1, 1) : undefined));
  const layers = model.layers.map((layer, k) => (isRecurrent(layer) ? layerRanges(layer, layouts[k]!, weights, turned) : undefined));
  const programs = model.layers.map((layer, k) => (isRecurrent(layer) ? undefined : fetchedBlocks().programWeights(model, k, weights, turned)));
  const table = tableRange(model, weights);
  const sums = {
    layers: model.layers.map((layer, k) => (isRecurrent(layer) ? layerSums(layer, layouts[k]!, k) : undefined)),
    head: headSum(model),
    table: table && { label: 'd_table', models, rows: table.rows, ones: 0 as const, columns: table.columns },
  };
  const head = sums.head && headRanges(model, sums.head, table, weights, turned);
  const blocks = [
    ...(table ? [tableBlock(model, table, sums.table!, head, sums.head)] : []),
    ...model.layers.flatMap((layer, k) => (isRecurrent(layer) ? layerBlocks(layer, model.layers[k - 1], k, layouts[k]!, layers[k]!, sums.layers[k]!) : programs[k]!.blocks)),
    ...(head ? headBlocks(model, head, sums.head!) : []),
  ];
  return { layers, programs, head, table, entries: weights.end, turnedEntries: turned.end, blocks: inOrder(model, blocks), sums };
}

/** Entries of a sum, in `slices` parts that are added up later. */
export function sumEntries({ models, rows, ones, columns }: SumShape, slices: number): number {
  return slices * models * (rows + ones) * columns;
}

/** Hands out ranges one after the other. */
class Space {
  #end = 0;

  get end(): number {
    return this.#end;
  }

  take(entries: number): ArenaRange {
    const offset = Math.ceil(this.#end / ALIGNMENT) * ALIGNMENT;
    const held = Math.max(4, entries); // a binding is never empty
    this.#end = offset + held;
    return { offset, entries: held };
  }
}

function layerRanges(layer: RecurrentLayer, { models, inputs, hidden, width }: LayerLayout, weights: Space, turned: Space): LayerRanges & TurnedRanges {
  const gates = models * layer.cell.gates.length * hidden;
  const own = models * unitRows(layer) * hidden + (isProjected(layer) ? models * hidden * width : 0);
  return {
    w_ih: weights.take(gates * inputs),
    w_hh: weights.take(gates * width),
    b_ih: weights.take(gates),
    b_hh: weights.take(gates),
    own: weights.take(own),
    w_ih_turned: turned.take(gates * inputs),
    w_hh_turned: turned.take(gates * width),
    own_turned: turned.take(own),
  };
}

function tableRange({ input, seeds }: ModelShape, weights: Space): WeightLayout['table'] {
  const words = 'embedding' in input ? vocabularySize(input.vocab) : undefined;
  if (words === undefined || !('embedding' in input)) return undefined;
  const [rows, columns] = [padded(words), padded(input.embedding)];
  return { ...weights.take(seeds.length * rows * columns), rows, columns };
}

function headRanges({ seeds, layers, tied }: ModelShape, { rows, columns }: SumShape, table: WeightLayout['table'], weights: Space, turned: Space): HeadRanges {
  const bias = weights.take(seeds.length * columns);
  const entries = seeds.length * rows * columns;
  if (!tied) return { w: weights.take(entries), w_turned: turned.take(entries), bias, tied };
  const last = layers[layers.length - 1];
  if (table!.columns !== rows) throw new OptionError('tied', `output.tied: on the GPU a bidirectional layer under a tied head needs a number of units that is a multiple of 4, not ${last.width}.`);
  return { w: turned.take(entries), w_turned: table!, bias, tied };
}

function unitRows({ cell }: RecurrentLayer): number {
  return cell.unitParameters?.length ?? 0;
}

function layerSums(layer: RecurrentLayer, { models, inputs, hidden, width }: LayerLayout, k: number): LayerSums {
  const { gates, inner, splitGates = 0 } = layer.cell;
  const sum = (label: string, rows: number, columns: number): SumShape => ({ label: `${label} of layer ${k}`, models, rows, ones: 4, columns });
  const apart = inner?.gates ?? splitGates;
  const hh = [sum('d_w_hh', width, (gates.length - apart) * hidden)];
  return {
    ih: sum('d_w_ih', inputs, gates.length * hidden),
    hh: apart ? [...hh, sum('d_w_hh apart', width, apart * hidden)] : hh,
    hr: isProjected(layer) ? { ...sum('d_w_hr', hidden, width), ones: 0 } : undefined,
    unit: unitRows(layer) ? sum('d_unit', 0, unitRows(layer) * hidden) : undefined,
  };
}

function headSum({ layers, classes, seeds }: ModelShape): SumShape | undefined {
  if (classes === undefined) return undefined;
  const last = layers[layers.length - 1];
  return { label: 'd_head', models: seeds.length, rows: last.directions * padded(last.width), ones: 4, columns: padded(classes) };
}

function layerBlocks(layer: RecurrentLayer, below: Layer | undefined, k: number, layout: LayerLayout, ranges: LayerRanges & TurnedRanges, sums: LayerSums): Block[] {
  const { cell, directions, hidden } = layer;
  const { models, inputs, hidden: wide, width } = layout;
  const gates = cell.gates.length * wide;
  return directionsOf(layer).flatMap((direction, d) => {
    const name = (kind: ParameterKind) => parameterName(kind, k, direction);
    const part = (sum: SumShape, row: number, column = 0): SumPart[] => [{ sum, direction: d, directions, row, column, turned: false }];
    /** Columns [first, first + count) of the matrices [rows, G, H] in a range, or of one row there. */
    const ofGates = (parameter: string, range: ArenaRange, turned: ArenaRange | undefined, rows: number, places: (number | undefined)[], perRow: number, first: number, count: number, gradients: SumPart[]): Block => ({
      parameter,
      rows,
      columns: count * wide,
      rowIndex: Int32Array.from(places, (place) => place ?? -1),
      columnIndex: Int32Array.from({ length: count * wide }, (_, c) => (c % wide < hidden ? ((first + Math.floor(c / wide)) * hidden + (c % wide)) * perRow : -1)),
      weights: { offset: range.offset + d * rows * gates + first * wide, model: directions * rows * gates, row: gates, column: 1 },
      turned: turned && { offset: turned.offset + (d * gates + first * wide) * rows, model: directions * rows * gates, row: 1, column: rows },
      gradients,
    });
    const read = groupedPlaces(layer.inputs, below ? below.width : layer.inputs, inputs);
    const straight = groupedPlaces(layer.width, layer.width, width);
    const all = cell.gates.length;
    const together = sums.hh[0].columns / wide;
    const spans = sums.hh.map((sum, i) => ({ sum, first: i === 0 ? 0 : together, count: sum.columns / wide }));
    const blocks = [
      ofGates(name('weight_ih'), ranges.w_ih, ranges.w_ih_turned, inputs, read, layer.inputs, 0, all, part(sums.ih, 0)),
      ...spans.map(({ sum, first, count }) => ofGates(name('weight_hh'), ranges.w_hh, ranges.w_hh_turned, width, straight, layer.width, first, count, part(sum, 0))),
    ];
    if (layer.bias) {
      blocks.push(ofGates(name('bias_ih'), ranges.b_ih, undefined, 1, [0], 1, 0, all, part(sums.ih, inputs)));
      blocks.push(...spans.map(({ sum, first, count }) => ofGates(name('bias_hh'), ranges.b_hh, undefined, 1, [0], 1, first, count, part(sum, width))));
    }
    const units = unitRows(layer);
    if (sums.hr) {
      const start = models * units * wide + d * wide * width;
      blocks.push({
        parameter: name('weight_hr'),
        rows: wide,
        columns: width,
        rowIndex: Int32Array.from({ length: wide }, (_, j) => (j < hidden ? j : -1)),
        columnIndex: Int32Array.from({ length: width }, (_, p) => (p < layer.width ? p * hidden : -1)),
        weights: { offset: ranges.own.offset + start, model: directions * wide * width, row: width, column: 1 },
        turned: { offset: ranges.own_turned.offset + start, model: directions * wide * width, row: 1, column: wide },
        gradients: part(sums.hr, 0),
      });
    }
    cell.unitParameters?.forEach((unit, u) => {
      const place = { model: directions * units * wide, row: wide, column: 1 };
      const start = (d * units + u) * wide;
      blocks.push({
        parameter: name(`weight_${unit}`),
        rows: 1,
        columns: wide,
        rowIndex: Int32Array.of(0),
        columnIndex: Int32Array.from({ length: wide }, (_, j) => (j < hidden ? j : -1)),
        weights: { offset: ranges.own.offset + start, ...place },
        turned: { offset: ranges.own_turned.offset + start, ...place },
        gradients: part(sums.unit!, 0, u * wide),
      });
    });
    return blocks;
  });
}

function headBlocks(model: ModelShape, { w, w_turned, bias, tied }: HeadRanges, sum: SumShape): Block[] {
  const { layers, classes = 0 } = model;
  const last = layers[layers.length - 1];
  const { rows, columns } = sum;
  const part = (row: number): SumPart[] => [{ sum, direction: 0, directions: 1, row, column: 0, turned: false }];
  const read = outputWidth(last);
  const perClass = (scale: number) => Int32Array.from({ length: columns }, (_, c) => (c < classes ? c * scale : -1));
  const weight: Block = {
    parameter: headWeightName(model),
    rows,
    columns,
    rowIndex: Int32Array.from(groupedPlaces(read, last.width, rows), (place) => place ?? -1),
    columnIndex: perClass(read),
    weights: { offset: w.offset, model: rows * columns, row: columns, column: 1 },
    turned: { offset: w_turned.offset, model: rows * columns, row: 1, column: rows },
    gradients: part(0),
  };
  const ofBias: Block = {
    parameter: 'head.bias',
    rows: 1,
    columns,
    rowIndex: Int32Array.of(0),
    columnIndex: perClass(1),
    weights: { offset: bias.offset, model: columns, row: columns, column: 1 },
    turned: undefined,
    gradients: part(rows),
  };
  return tied ? [ofBias] : [weight, ofBias];
}

function tableBlock({ input }: ModelShape, { offset, rows, columns }: NonNullable<WeightLayout['table']>, sum: SumShape, head: HeadRanges | undefined, headSums: SumShape | undefined): Block {
  if (!('embedding' in input)) throw new Error('a table without an embedding');
  const words = vocabularySize(input.vocab)!;
  const whole = { direction: 0, directions: 1, row: 0, column: 0 };
  const model = rows * columns;
  return {
    parameter: 'embedding.weight',
    rows,
    columns,
    rowIndex: Int32Array.from({ length: rows }, (_, v) => (v < words ? v * input.embedding : -1)),
    columnIndex: Int32Array.from({ length: columns }, (_, e) => (e < input.embedding ? e : -1)),
    weights: { offset, model, row: columns, column: 1 },
    turned: head?.tied ? { offset: head.w.offset, model, row: 1, column: rows } : undefined,
    gradients: [{ sum, ...whole, turned: false }, ...(head?.tied ? [{ sum: headSums!, ...whole, turned: true }] : [])],
  };
}

/** Which of `count` inputs lies at each of `wide` padded places, when groups of `group` are padded each. */
function groupedPlaces(count: number, group: number, wide: number): (number | undefined)[] {
  return Array.from({ length: wide }, (_, place) => {
    const within = place % padded(group);
    const input = Math.floor(place / padded(group)) * group + within;
    return within < group && input < count ? input : undefined;
  });
}

function inOrder(model: ModelShape, blocks: readonly Block[]): Block[] {
  return [...parameterShapes(model).keys()].flatMap((name) => blocks.filter(({ parameter }) => parameter === name));
}
