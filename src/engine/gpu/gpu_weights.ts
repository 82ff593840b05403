/** A model's weights and kernels on the GPU: those of the forward pass at once, those of the backward pass when first needed. */
import type { Parameters } from '../model/parameters';
import type { ModelShape } from '../model/spec';
import { checkFits, filledStorage } from './buffers';
import type { Gpu } from './device';
import type { Kernel, KernelCache } from './kernel';
import { layerLayout } from './layer_layout';
import { packBackward, packForward, packHead, type BackwardWeights, type ForwardWeights } from './pack';

type Buffers<Weights> = { readonly [Name in keyof Weights]: GPUBuffer };

export interface ForwardLayer {
  readonly weights: Buffers<ForwardWeights>;
  readonly recurrence: Kernel;
}

export interface BackwardLayer {
  readonly weights: Buffers<BackwardWeights>;
  readonly recurrence: Kernel;
}

export interface Head {
  readonly w: GPUBuffer;
  readonly bias: GPUBuffer;
  readonly w_turned: GPUBuffer;
  readonly crossEntropy: Kernel;
}

/** What a forward pass needs. */
export interface ForwardModel {
  readonly layers: readonly ForwardLayer[];
  readonly product: Kernel;
}

/** What a backward pass needs besides. */
export interface BackwardModel {
  readonly layers: readonly BackwardLayer[];
  readonly head: Head | undefined;
  readonly product: Kernel;
  readonly outerSum: Kernel;
  readonly sumSlices: Kernel;
  readonly embeddingGradient: Kernel;
}

/** Throws LimitError if a weight matrix cannot be bound on this device. */
export function checkWeights(gpu: Gpu, model: ModelShape): void {
  model.layers.forEach((layer, k) => {
    const { inputs, hidden, width, models } = layerLayout(layer, model.layers[k - 1], model.seeds.length, 1, 1);
    const gates = models * layer.cell.gates.length * hidden;
    checkFits(gpu, `w_ih of layer ${k}`, gates * inputs);
    checkFits(gpu, `w_hh of layer ${k}`, gates * width);
  });
}

export async function forwardModel(gpu: Gpu, kernels: KernelCache, model: ModelShape, parameters: Parameters): Promise<ForwardModel> {
  const weights = model.layers.map((_, k) => buffersOf(gpu, k, packForward(parameters, model, k)));
  const [product, ...recurrences] = await Promise.all([
    kernels.kernel('kernels/product'),
    ...model.layers.map(({ cell }) => kernels.kernel('kernels/recurrent_forward', cell.name)),
  ]);
  return { product, layers: recurrences.map((recurrence, k) => ({ weights: weights[k], recurrence })) };
}

export async function backwardModel(gpu: Gpu, kernels: KernelCache, model: ModelShape, parameters: Parameters): Promise<BackwardModel> {
  const weights = model.layers.map((_, k) => buffersOf(gpu, k, packBackward(parameters, model, k)));
  const head = model.classes === undefined ? undefined : headBuffers(gpu, model, parameters);
  const [product, outerSum, sumSlices, embeddingGradient, crossEntropy, ...recurrences] = await Promise.all([
    kernels.kernel('kernels/product'),
    kernels.kernel('kernels/outer_sum'),
    kernels.kernel('kernels/sum_slices'),
    kernels.kernel('kernels/embedding_gradient'),
    kernels.kernel('kernels/cross_entropy'),
    ...model.layers.map(({ cell }) => kernels.kernel('kernels/recurrent_backward', cell.name)),
  ]);
  return {
    layers: recurrences.map((recurrence, k) => ({ weights: weights[k], recurrence })),
    head: head && { ...head, crossEntropy },
    product,
    outerSum,
    sumSlices,
    embeddingGradient,
  };
}

/** Writes other parameters over those of a forward model. */
export function writeForward({ device }: Gpu, { layers }: ForwardModel, model: ModelShape, parameters: Parameters): void {
  layers.forEach(({ weights }, k) => writeAll(device, weights, packForward(parameters, model, k)));
}

/** Writes other parameters over those of a backward model. */
export function writeBackward({ device }: Gpu, { layers, head }: BackwardModel, model: ModelShape, parameters: Parameters): void {
  layers.forEach(({ weights }, k) => writeAll(device, weights, packBackward(parameters, model, k)));
  if (!head) return;
  const { w, bias, w_turned } = head;
  writeAll(device, { w, bias, w_turned }, { ...packHead(parameters, model, false), w_turned: packHead(parameters, model, true).w });
}

function writeAll<Name extends string>({ queue }: GPUDevice, buffers: Readonly<Record<Name, GPUBuffer>>, values: Readonly<Record<Name, Float32Array>>): void {
  for (const name of Object.keys(values) as Name[]) queue.writeBuffer(buffers[name], 0, values[name] as Float32Array<ArrayBuffer>);
}

/** Every buffer of either, for measuring and destroying. */
export function weightBuffers(model: ForwardModel | BackwardModel): GPUBuffer[] {
  const head = 'head' in model && model.head ? [model.head.w, model.head.bias, model.head.w_turned] : [];
  return [...model.layers.flatMap(({ weights }): GPUBuffer[] => Object.values(weights)), ...head];
}

function headBuffers(gpu: Gpu, model: ModelShape, parameters: Parameters): Omit<Head, 'crossEntropy'> {
  const { w, bias } = packHead(parameters, model, false);
  const filled = (label: string, values: Float32Array) => filledStorage(gpu.device, label, values);
  return { w: filled('head', w), bias: filled('head bias', bias), w_turned: filled('head turned', packHead(parameters, model, true).w) };
}

function buffersOf<Weights extends object>({ device }: Gpu, k: number, weights: Weights): Buffers<Weights> {
  const entries = Object.entries(weights as Record<string, Float32Array>);
  return Object.fromEntries(entries.map(([name, values]) => [name, filledStorage(device, `${name} of layer ${k}`, values)])) as Buffers<Weights>;
}
