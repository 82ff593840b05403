/** A model's weights and kernels on the GPU: those of the forward pass at once, those of the backward pass when first needed. */
import type { Parameters } from '../model/parameters';
import type { RecurrentModel as ModelShape } from '../model/spec';
import { checkFits, checkHolds, filledStorage } from './buffers';
import type { Gpu } from './device';
import type { Bound, Kernel, KernelCache } from './kernel';
import { packWeights } from './pack';
import type { ArenaRange, WeightLayout } from './weight_layout';

/** What a forward pass needs. */
export interface ForwardModel {
  readonly layout: WeightLayout;
  /** The arena: all parameters. */
  readonly weights: GPUBuffer;
  /** Per layer. */
  readonly recurrences: readonly Kernel[];
  readonly product: Kernel;
}

/** What a backward pass needs besides. */
export interface BackwardModel {
  /** The arena's turned copies. */
  readonly turned: GPUBuffer;
  /** Per layer. */
  readonly recurrences: readonly Kernel[];
  readonly product: Kernel;
  readonly outerSum: Kernel;
  readonly crossEntropy: Kernel;
  readonly squaredError: Kernel;
}

/** Throws LimitError if a weight matrix cannot be bound on this device, or all of them not be kept in one buffer. */
export function checkWeights(gpu: Gpu, { layers, head, table, entries, turnedEntries }: WeightLayout): void {
  layers.forEach(({ w_ih, w_hh }, k) => {
    checkFits(gpu, `w_ih of layer ${k}`, w_ih.entries);
    checkFits(gpu, `w_hh of layer ${k}`, w_hh.entries);
  });
  if (head) checkFits(gpu, 'the head', head.w.entries);
  if (table) checkFits(gpu, 'the embedding', table.entries);
  checkHolds(gpu, 'the weights', Math.max(entries, turnedEntries));
}

export async function forwardModel(gpu: Gpu, kernels: KernelCache, model: ModelShape, layout: WeightLayout, parameters: Parameters): Promise<ForwardModel> {
  const weights = filledStorage(gpu.device, 'weights', packWeights(parameters, model, layout, 'weights'));
  const [product, ...recurrences] = await Promise.all([
    kernels.kernel('kernels/product'),
    ...model.layers.map(({ cell }) => kernels.kernel('kernels/recurrent_forward', cell.name)),
  ]);
  return { layout, weights, product, recurrences };
}

export async function backwardModel(gpu: Gpu, kernels: KernelCache, model: ModelShape, layout: WeightLayout, parameters: Parameters): Promise<BackwardModel> {
  const turned = filledStorage(gpu.device, 'weights turned', packWeights(parameters, model, layout, 'turned'));
  const [product, outerSum, crossEntropy, squaredError, ...recurrences] = await Promise.all([
    kernels.kernel('kernels/product'),
    kernels.kernel('kernels/outer_sum'),
    kernels.kernel('kernels/cross_entropy'),
    kernels.kernel('kernels/squared_error'),
    ...model.layers.map(({ cell }) => kernels.kernel('kernels/recurrent_backward', cell.name)),
  ]);
  return { turned, product, outerSum, crossEntropy, squaredError, recurrences };
}

/** Writes other parameters over those of a forward model. */
export function writeForward({ device }: Gpu, { weights, layout }: ForwardModel, model: ModelShape, parameters: Parameters): void {
  device.queue.writeBuffer(weights, 0, packWeights(parameters, model, layout, 'weights') as Float32Array<ArrayBuffer>);
}

/** Writes other parameters over those of a backward model. */
export function writeBackward({ device }: Gpu, { turned }: BackwardModel, model: ModelShape, layout: WeightLayout, parameters: Parameters): void {
  device.queue.writeBuffer(turned, 0, packWeights(parameters, model, layout, 'turned') as Float32Array<ArrayBuffer>);
}

/** A part of an arena, for a kernel to bind. */
export function bound(buffer: GPUBuffer, { offset, entries }: ArenaRange): Bound {
  return { buffer, offset: 4 * offset, size: 4 * entries };
}

/** What the kernels of a layer bind, by name. */
export function boundAll<Name extends string>(buffer: GPUBuffer, ranges: Readonly<Record<Name, ArenaRange>>, names: readonly Name[]): Record<Name, Bound> {
  return Object.fromEntries(names.map((name) => [name, bound(buffer, ranges[name])])) as Record<Name, Bound>;
}
