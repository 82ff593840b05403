/** Kernels that a step of a block's program needs in variants, and what a product leaves for the step after it. */
import type { Program } from '../blocks/program';
import { opOf, type Step } from '../ops';
import type { GateRule } from '../ops/gates';
import type { Pointwise } from '../ops/op';
import type { Kernel, KernelCache } from './kernel';

/** Of shaders/lib/pointwise.wgsl, and for columns turned by their position. */
export const POINTWISE: Readonly<Record<Pointwise, number>> = { identity: 0, relu: 1, gelu: 2, silu: 3 };
export const TURNED = 9;

/** Of shaders/lib/gates.wgsl. */
const RULES: Readonly<Record<GateRule, number>> = { min_gru: 1, min_lstm: 2 };

/** @param SECOND - what is left beside the result. @param SLOPE - of what the result is multiplied by. @param NORMED - 1 where rows are brought to unit size first */
export function linearKernel(kernels: KernelCache, { SECOND = 0, SLOPE = 0, NORMED = 0 }: { readonly SECOND?: number; readonly SLOPE?: number; readonly NORMED?: number }): Kernel {
  return kernels.asked('kernels/block_linear', { constants: { SECOND, SLOPE, NORMED } });
}

/** The product that brings rows to unit size for itself, in the place of a norm that nobody else reads. */
export function readerOfNorm({ steps }: Program, { y }: Extract<Step, { op: 'norm' }>): Extract<Step, { op: 'linear' }> | undefined {
  const readers = steps.filter((step) => opOf(step).reads(step).includes(y));
  const [reader] = readers;
  return readers.length === 1 && reader.op === 'linear' && reader.x === y && reader.of === undefined ? reader : undefined;
}

/** The norm that a product carries out for itself. */
export function normOf(program: Program, step: Extract<Step, { op: 'linear' }>): Extract<Step, { op: 'norm' }> | undefined {
  return program.steps.find((other) => other.op === 'norm' && readerOfNorm(program, other) === step) as Extract<Step, { op: 'norm' }> | undefined;
}

/**
 * The product whose gradient at what a convolution made is added by the convolution's own way back to what has arrived: the one
 * that comes right after it and reads its result as it is, where it is not the only one to read it.
 */
export function readerOfConvolution({ steps }: Program, step: Extract<Step, { op: 'convolution' }>): Extract<Step, { op: 'linear' }> | undefined {
  const next = steps[steps.indexOf(step) + 1] as Step | undefined;
  const later = steps.slice(steps.indexOf(step) + 2).some((other) => opOf(other).reads(other).includes(step.y));
  return later && next?.op === 'linear' && next.x === step.y && next.of === undefined && next.plus === undefined ? next : undefined;
}

/** The convolution whose way back goes through a product's. */
export function convolutionOf(program: Program, step: Extract<Step, { op: 'linear' }>): Extract<Step, { op: 'convolution' }> | undefined {
  return program.steps.find((other) => other.op === 'convolution' && readerOfConvolution(program, other) === step) as Extract<Step, { op: 'convolution' }> | undefined;
}

export function gatesKernel(kernels: KernelCache, entry: 'gates_forward' | 'gates_backward', rule: GateRule): Kernel {
  return kernels.asked(`kernels/${entry}`, { constants: { RULE: RULES[rule] } });
}

/** What a product leaves beside its result, for the step that reads it so: through a non-linearity, or turned. */
export function secondOf(program: Program, step: Extract<Step, { op: 'linear' }>): number {
  const reader = readerThrough(program, step);
  if (reader) return POINTWISE[reader.of!];
  return rotaryOf(program, step) ? TURNED : 0;
}

/** The product that reads what this one writes through a non-linearity. */
export function readerThrough({ steps }: Program, { y }: Extract<Step, { op: 'linear' }>): Extract<Step, { op: 'linear' }> | undefined {
  return steps.find((reader) => reader.op === 'linear' && reader.of !== undefined && reader.x === y) as Extract<Step, { op: 'linear' }> | undefined;
}

/** The step that turns parts of what this product writes. */
export function rotaryOf({ steps, tensors }: Program, { y }: Extract<Step, { op: 'linear' }>): Extract<Step, { op: 'rotary' }> | undefined {
  const parts = tensors.find(({ name }) => name === y)!.parts.map(({ name }) => name);
  return steps.find((step) => step.op === 'rotary' && step.x.every((name, i) => parts[i] === name)) as Extract<Step, { op: 'rotary' }> | undefined;
}
