/** A model's weights on the GPU: those of the forward pass at once, those of the backward pass when first needed. */
import type { Parameters } from '../model/parameters';
import type { ModelShape } from '../model/spec';
import { checkFits, checkHolds, filledStorage } from './buffers';
import type { Gpu } from './device';
import type { Bound, KernelCache } from './kernel';
import { packWeights } from './pack';
import type { ArenaRange, WeightLayout } from './weight_layout';

/** What a forward pass needs. */
export interface ForwardModel {
  readonly layout: WeightLayout;
  /** The arena: all parameters. */
  readonly weights: GPUBuffer;
  readonly kernels: KernelCache;
}

/** What a backward pass needs besides. */
export interface BackwardModel {
  /** The arena's turned copies. */
  readonly turned: GPUBuffer;
}

/** Throws LimitError if a weight matrix cannot be bound on this device, or all of them not be kept in one buffer. */
export function checkWeights(gpu: Gpu, { layers, programs, head, table, entries, turnedEntries }: WeightLayout): void {
  layers.forEach((ranges, k) => {
    if (!ranges) return;
    checkFits(gpu, `w_ih of layer ${k}`, ranges.w_ih.entries);
    checkFits(gpu, `w_hh of layer ${k}`, ranges.w_hh.entries);
  });
  programs.forEach((program, k) => {
    for (const ranges of program?.ranges.values() ?? []) for (const { entries: own } of Object.values(ranges)) checkFits(gpu, `a parameter of layer ${k}`, own);
  });
  if (head) checkFits(gpu, 'the head', head.w.entries);
  if (table) checkFits(gpu, 'the embedding', table.entries);
  checkHolds(gpu, 'the weights', Math.max(entries, turnedEntries));
}

export function forwardModel(gpu: Gpu, kernels: KernelCache, model: ModelShape, layout: WeightLayout, parameters: Parameters): ForwardModel {
  return { layout, weights: filledStorage(gpu.device, 'weights', packWeights(parameters, model, layout, 'weights')), kernels };
}

export function backwardModel(gpu: Gpu, model: ModelShape, layout: WeightLayout, parameters: Parameters): BackwardModel {
  return { turned: filledStorage(gpu.device, 'weights turned', packWeights(parameters, model, layout, 'turned')) };
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
