/** Products over all steps at once, as dispatches. */
import { droppedNumbers, type DroppedLayer } from './batch_uniform';
import type { Command } from './command_list';
import type { Gpu } from './device';
import type { Bound, KernelCache } from './kernel';
import type { Place } from './layer_layout';
import { viewNumbers } from './view_numbers';

/** A tensor as one side of a product: a place in a buffer, perhaps with rows picked by tokens, or dropped in part in training. */
export interface Operand {
  readonly buffer: Bound;
  readonly place: Place;
  readonly directionStride?: number;
  readonly tokens?: GPUBuffer;
  readonly dropped?: DroppedLayer;
}

/** How many rows a product has: one for each step of each sequence, of each of N = models · directions. */
export interface Rows {
  readonly models: number;
  readonly directions: number;
  readonly steps: number;
  readonly sequences: number;
}

/** Makes the uniform buffers and bind groups of dispatches, which the caller keeps. */
export interface CommandMaker {
  readonly gpu: Gpu;
  uniform(label: string, values: readonly number[]): GPUBuffer;
  /** Stands in for a buffer that a dispatch has no use for. */
  readonly nothing: GPUBuffer;
}

/** What a product makes of its rows. Sizes are counted in entries and are whole quads; `row` is from row to row of y. */
export interface ProductSides {
  readonly w: Bound;
  readonly bias?: Bound;
  readonly y: Bound;
  readonly inner: number;
  readonly columns: number;
  readonly row: number;
  /** Whose output y is the gradient of, where that was dropped in part. */
  readonly dropped?: DroppedLayer;
}

/** What an invocation of shaders/kernels/product.wgsl makes, where there is enough to do and where there is not. */
const LARGE_TILES = { each: { rows: 8, quads: 2 }, quads: { rows: 16, quads: 2 } } as const;
const SMALL_TILE = { rows: 4, quads: 1 } as const;

/** Of a workgroup, each way. */
const PRODUCT_INVOCATIONS = 8;

/**
 * Invocations that are worth large tiles: a GPU hides the time of its reads behind thousands; on a software adapter a
 * small tile is compiled in a third of the time, which counts for more where there is little to do.
 */
const ENOUGH_INVOCATIONS = { software: 128, real: 4096 } as const;

function productTile({ adapter, neighbours }: Gpu, { models, steps, sequences }: Rows, columns: number): { readonly rows: number; readonly quads: number } {
  const large = LARGE_TILES[neighbours];
  const invocations = models * Math.ceil((steps * sequences) / large.rows) * Math.ceil(columns / 4 / large.quads);
  return invocations >= (adapter.software ? ENOUGH_INVOCATIONS.software : ENOUGH_INVOCATIONS.real) ? large : SMALL_TILE;
}

/** y[n, t, b, 0 … columns) = x · w (+ bias). */
export function productCommand(maker: CommandMaker, kernels: KernelCache, batch: GPUBuffer, label: string, rows: Rows, x: Operand, { w, bias, y, inner, columns, row, dropped }: ProductSides): Command {
  const product = maker.uniform(label, [
    ...viewNumbers(x.place, x.directionStride),
    ...droppedNumbers(x.dropped),
    ...droppedNumbers(dropped),
    rows.models,
    rows.directions,
    rows.steps,
    rows.sequences,
    inner / 4,
    columns / 4,
    row / 4,
    bias ? 1 : 0,
    x.tokens ? 1 : 0,
  ]);
  const tile = productTile(maker.gpu, rows, columns);
  const constants = { DROPPED: x.dropped || dropped ? 1 : 0 };
  const kernel = kernels.asked('kernels/product', { constants, sizes: { ROWS: tile.rows, QUADS: tile.quads }, neighbours: maker.gpu.neighbours });
  const bindGroup = kernel.bind({ product, batch, x: x.buffer, tokens: x.tokens ?? maker.nothing, w, bias: bias ?? maker.nothing, y });
  return { kernel, bindGroup, groups: productGroups(maker.gpu, rows, columns) };
}

/** The grid of a product, for checking it against the device's limits. */
export function productGroups(gpu: Gpu, rows: Rows, columns: number): [x: number, y: number, z: number] {
  const tile = productTile(gpu, rows, columns);
  return [Math.ceil(columns / 4 / tile.quads / PRODUCT_INVOCATIONS), Math.ceil((rows.steps * rows.sequences) / tile.rows / PRODUCT_INVOCATIONS), rows.models];
}
