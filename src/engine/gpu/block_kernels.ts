/** The kernels that a block's program needs, compiled together. */
import type { Program } from '../blocks/program';
import type { Step } from '../ops';
import type { GateRule } from '../ops/gates';
import type { Pointwise } from '../ops/op';
import type { Kernel, KernelCache } from './kernel';

/** Of shaders/lib/pointwise.wgsl, and for columns turned by their position. */
export const POINTWISE: Readonly<Record<Pointwise, number>> = { identity: 0, relu: 1, gelu: 2, silu: 3 };
export const TURNED = 9;

/** Of shaders/lib/gates.wgsl. */
const RULES: Readonly<Record<GateRule, number>> = { min_gru: 1, min_lstm: 2 };

interface Need {
  readonly entry: string;
  readonly constants?: Readonly<Record<string, number>>;
}

const FORWARD: Partial<Record<Step['op'], string>> = {
  norm: 'norm_forward',
  positions: 'positions',
  attend: 'attend_forward',
  convolution: 'convolution_forward',
  selective_scan: 'scan_forward',
  linear_scan: 'linear_scan_forward',
};

const BACKWARD: Partial<Record<Step['op'], string>> = {
  norm: 'norm_backward',
  positions: 'position_sums',
  attend: 'attend_backward',
  convolution: 'convolution_backward',
  selective_scan: 'scan_backward',
  linear_scan: 'linear_scan_backward',
};

export class BlockKernels {
  private constructor(private readonly kernels: ReadonlyMap<string, Kernel>) {}

  static async forward(cache: KernelCache, program: Program): Promise<BlockKernels> {
    return this.#of(cache, [
      { entry: 'block_read' },
      ...program.steps.flatMap((step): Need[] => {
        if (step.op === 'linear') return [linearNeed({ SECOND: secondOf(program, step) })];
        if (step.op === 'gates') return [gatesNeed('gates_forward', step.rule)];
        return FORWARD[step.op] ? [{ entry: FORWARD[step.op]! }] : [];
      }),
    ]);
  }

  static async backward(cache: KernelCache, program: Program): Promise<BlockKernels> {
    return this.#of(
      cache,
      program.steps.flatMap((step): Need[] => {
        if (step.op === 'linear') return [linearNeed({ SLOPE: POINTWISE[step.of ?? 'identity'] })];
        if (step.op === 'gates') return [gatesNeed('gates_backward', step.rule)];
        if (step.op === 'positions' && !step.weight) return [];
        return BACKWARD[step.op] ? [{ entry: BACKWARD[step.op]! }] : [];
      }),
    );
  }

  static async #of(cache: KernelCache, needs: readonly Need[]): Promise<BlockKernels> {
    const compiled = await Promise.all(
      needs.map(async (need): Promise<[string, Kernel]> => {
        return [keyOf(need), await cache.kernel(`kernels/${need.entry}`, undefined, need.constants)];
      }),
    );
    return new BlockKernels(new Map(compiled));
  }

  kernel(entry: string): Kernel {
    return this.kernels.get(keyOf({ entry }))!;
  }

  gates(entry: 'gates_forward' | 'gates_backward', rule: GateRule): Kernel {
    return this.kernels.get(keyOf(gatesNeed(entry, rule)))!;
  }

  linear(constants: { readonly SECOND?: number; readonly SLOPE?: number }): Kernel {
    return this.kernels.get(keyOf(linearNeed(constants)))!;
  }
}

function linearNeed({ SECOND = 0, SLOPE = 0 }: { readonly SECOND?: number; readonly SLOPE?: number }): Need {
  return { entry: 'block_linear', constants: { ...(SECOND && { SECOND }), ...(SLOPE && { SLOPE }) } };
}

function gatesNeed(entry: 'gates_forward' | 'gates_backward', rule: GateRule): Need {
  return { entry, constants: { RULE: RULES[rule] } };
}

function keyOf({ entry, constants = {} }: Need): string {
  return JSON.stringify([entry, constants]);
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
