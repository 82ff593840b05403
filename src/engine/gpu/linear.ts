/** Products over all steps at once, and the sums that are their gradients, as dispatches. */
import { droppedNumbers, type DroppedLayer } from './batch_uniform';
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import type { Bound, KernelCache } from './kernel';
import type { Place } from './layer_layout';
import { viewNumbers } from './view_numbers';
import type { SumShape } from './weight_layout';
import type { SumPlaces } from './weight_sums';

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
const LARGE_TILE = { rows: 8, quads: 2 } as const;
const SMALL_TILE = { rows: 4, quads: 1 } as const;

/** Of a workgroup, each way. */
const PRODUCT_INVOCATIONS = 8;

/**
 * Invocations that are worth large tiles: a GPU hides the time of its reads behind thousands; on a software adapter a
 * small tile is compiled in a third of the time, which counts for more where there is little to do.
 */
const ENOUGH_INVOCATIONS = { software: 128, real: 4096 } as const;

function productTile({ adapter }: Gpu, { models, steps, sequences }: Rows, columns: number): typeof LARGE_TILE | typeof SMALL_TILE {
  const invocations = models * Math.ceil((steps * sequences) / LARGE_TILE.rows) * Math.ceil(columns / 4 / LARGE_TILE.quads);
  return invocations >= (adapter.software ? ENOUGH_INVOCATIONS.software : ENOUGH_INVOCATIONS.real) ? LARGE_TILE : SMALL_TILE;
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
  const kernel = kernels.asked('kernels/product', { constants, sizes: { ROWS: tile.rows, QUADS: tile.quads } });
  const bindGroup = kernel.bind({ product, batch, x: x.buffer, tokens: x.tokens ?? maker.nothing, w, bias: bias ?? maker.nothing, y });
  return { kernel, bindGroup, groups: productGroups(maker.gpu, rows, columns) };
}

/** The grid of a product, for checking it against the device's limits. */
export function productGroups(gpu: Gpu, rows: Rows, columns: number): [x: number, y: number, z: number] {
  const tile = productTile(gpu, rows, columns);
  return [Math.ceil(columns / 4 / tile.quads / PRODUCT_INVOCATIONS), Math.ceil((rows.steps * rows.sequences) / tile.rows / PRODUCT_INVOCATIONS), rows.models];
}

/** Workgroups that keep an adapter busy with sums, and the rows that are worth a slice of their own. */
const ENOUGH_GROUPS = { software: 4, real: 256 } as const;
const LEAST_ROWS = 128;
/** Rows that may be added up one after the other before rounding tells, and slices there may be. */
const MOST_ROWS = 4096;
const MOST_SLICES = 16;

/** Slices that sums over so many rows are cut into: enough for all workgroups of a device to have something to do. */
export function slicesFor({ adapter }: Gpu, rows: number, sums: readonly SumShape[]): number {
  const groups = sums.reduce((sum, each) => sum + groupsOf(each), 0);
  const busy = (adapter.software ? ENOUGH_GROUPS.software : ENOUGH_GROUPS.real) / groups;
  const wanted = Math.max(Math.min(busy, rows / LEAST_ROWS), rows / MOST_ROWS);
  return Math.min(MOST_SLICES, Math.max(1, Math.ceil(wanted)));
}

/** Workgroups that a slice of a sum takes. */
function groupsOf({ rows, ones, columns, models }: SumShape): number {
  return Math.ceil(columns / 4 / TILE) * Math.ceil((rows + ones) / 4 / TILE) * models;
}

/** A sum to be made: sums[n, k, c] = Σ x[k] · d[c] over all rows, and after the last k, with ones, a row of Σ d[c]. */
export interface SumJob {
  readonly sum: SumShape;
  /** Or a 1 in the place of the token. */
  readonly x: Operand | 'tokens';
  readonly d: Operand;
  readonly directions: number;
}

/** What the sums of one dispatch share. */
export interface SumRows {
  readonly steps: number;
  readonly sequences: number;
  readonly tokens: GPUBuffer;
  readonly batch: GPUBuffer;
  readonly gradients: GPUBuffer;
}

/** Of shaders/kernels/outer_sum.wgsl: bindings for x and for d, sums of a dispatch, quads of a workgroup each way. */
const SIDES = 3;
const MOST_JOBS = 12;
const TOKENS = 3;
const TILE = 16;

/** All these sums: one dispatch, or as many as their operands have bindings for. */
export function outerSumCommands(maker: CommandMaker, kernels: KernelCache, label: string, rows: SumRows, jobs: readonly SumJob[], places: SumPlaces): Command[] {
  const commands: Command[] = [];
  for (let first = 0; first < jobs.length; ) {
    const xs: Bound[] = [];
    const ds: Bound[] = [];
    let end = first;
    while (end < jobs.length && end - first < MOST_JOBS && holds(xs, jobs[end].x === 'tokens' ? undefined : (jobs[end].x as Operand).buffer, ds, jobs[end].d.buffer)) end++;
    commands.push(outerSumCommand(maker, kernels, `${label} from sum ${first}`, rows, jobs.slice(first, end), places, xs, ds));
    first = end;
  }
  return commands;
}

/** Takes both into the bindings, where they have room. */
function holds(xs: Bound[], x: Bound | undefined, ds: Bound[], d: Bound): boolean {
  const newX = x !== undefined && indexOf(xs, x) < 0;
  const newD = indexOf(ds, d) < 0;
  if ((newX && xs.length === SIDES) || (newD && ds.length === SIDES)) return false;
  if (newX) xs.push(x);
  if (newD) ds.push(d);
  return true;
}

function indexOf(bindings: readonly Bound[], wanted: Bound): number {
  const key = (bound: Bound) => (bound instanceof GPUBuffer ? { buffer: bound, offset: 0 } : bound);
  return bindings.findIndex((each) => key(each).buffer === key(wanted).buffer && key(each).offset === key(wanted).offset);
}

function outerSumCommand(maker: CommandMaker, kernels: KernelCache, label: string, { steps, sequences, tokens, batch, gradients }: SumRows, jobs: readonly SumJob[], { offsets, slices }: SumPlaces, xs: readonly Bound[], ds: readonly Bound[]): Command {
  let groups = 0;
  let pairs = 0;
  let picked = TOKENS;
  let drops = false;
  const numbers = jobs.flatMap(({ sum, x, d, directions }) => {
    const operand = x === 'tokens' ? undefined : x;
    const x_in = operand ? indexOf(xs, operand.buffer) : TOKENS;
    const d_in = indexOf(ds, d.buffer);
    pairs |= 1 << (SIDES * x_in + d_in);
    if (operand?.tokens) picked = x_in;
    drops ||= operand?.dropped !== undefined;
    const first = groups;
    groups += groupsOf(sum) * slices;
    return [
      ...viewNumbers(operand?.place ?? d.place, operand?.directionStride),
      ...viewNumbers(d.place, d.directionStride),
      ...droppedNumbers(operand?.dropped),
      x_in,
      d_in,
      sum.models,
      directions,
      sum.rows / 4,
      sum.columns / 4,
      sum.ones / 4,
      first,
      offsets.get(sum)! / 4,
      ...[0, 0, 0],
    ];
  });
  const words = numbers.length / jobs.length;
  const outer_sums = maker.uniform(label, [jobs.length, steps, sequences, slices, ...numbers, ...Array.from({ length: (MOST_JOBS - jobs.length) * words }, () => 0)]);
  const [x_0, x_1 = maker.nothing, x_2 = maker.nothing] = xs.length ? xs : [maker.nothing];
  const [d_0, d_1 = maker.nothing, d_2 = maker.nothing] = ds;
  const kernel = kernels.asked('kernels/outer_sum', { constants: { PAIRS: pairs, PICKED_IN: picked, DROPPED: drops ? 1 : 0 } });
  const bindGroup = kernel.bind({ outer_sums, batch, tokens, x_0, x_1, x_2, d_0, d_1, d_2, gradients });
  const [x, y] = foldedGroups(groups, 1, maker.gpu.limits.maxComputeWorkgroupsPerDimension);
  return { kernel, bindGroup, groups: [x, y, 1] };
}
