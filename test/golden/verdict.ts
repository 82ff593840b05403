/** What a case says of an engine: every tensor's largest difference, its bound, and the verdict. */
import { LimitError, type RecurrentForm, type Tensor } from '../../src/engine/index';
import type { Bench } from './bench';
import type { GoldenCase, Tolerance } from './golden_case';
import { runCase, unsupportedReason, type Output } from './run_case';

export type Status = 'pass' | 'fail' | 'unsupported';
export type EngineName = 'cpu' | 'gpu' | 'gpu-step' | 'gpu-persistent';

export interface TensorVerdict {
  readonly name: string;
  /** Largest absolute difference; null where there is none to state. */
  readonly diff: number | null;
  readonly bound: number | null;
  readonly status: Status;
}

export interface CaseVerdict {
  readonly name: string;
  readonly kind: string;
  readonly engine: EngineName;
  readonly status: Status;
  readonly tensors: readonly TensorVerdict[];
  /** Why the case as a whole failed or is unsupported. */
  readonly reason?: string;
}

/** The tensors a case asks for: without gradients where only the forward pass is judged. */
export function wanted({ groups }: GoldenCase, forward: boolean): string[] {
  const { expected = [], grads = [], steps = [] } = groups;
  if (!forward) return [...expected, ...grads, ...steps];
  return [...expected, ...steps.filter((name) => !/^step(_reverse)?\.(dh|dc|dgx|dgh)$/.test(name))];
}

/**
 * Runs a case and judges every tensor it asks for. Never rejects: what goes wrong is a failure of the case.
 * @param form - the recurrent form to force on the GPU; undefined for the reference and where there is but one way
 */
export async function judge(bench: Bench, golden: GoldenCase, forward: boolean, form?: RecurrentForm): Promise<CaseVerdict> {
  const { kind } = bench.engine;
  const name = form ? (`gpu-${form}` as const) : kind;
  try {
    const unsupported = unsupportedReason(golden);
    if (unsupported !== undefined) return unsupportedCase(golden, name, forward, unsupported);
    const outputs = await runCase(bench, golden, form, forward);
    const tensors = [
      ...wanted(golden, forward).map((tensor) => compare(tensor, golden.tensors[tensor], golden.tol[tensor], outputs.get(tensor), kind === 'gpu')),
      ...[...outputs].filter(([, output]) => output.expected).map(([tensor, output]) => compare(tensor, output.expected!, undefined, output, kind === 'gpu')),
    ];
    return { name: golden.name, kind: golden.kind, engine: name, status: statusOf(tensors), tensors };
  } catch (error) {
    if (error instanceof LimitError) return unsupportedCase(golden, name, forward, error.message);
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { name: golden.name, kind: golden.kind, engine: name, status: 'fail', tensors: [], reason };
  }
}

/** The verdict on a case that there is no engine for, or no device. */
export function unsupportedCase(golden: GoldenCase, engine: EngineName, forward: boolean, reason: string): CaseVerdict {
  const tensors = wanted(golden, forward).map((name) => ({ name, diff: null, bound: null, status: 'unsupported' as const }));
  return { name: golden.name, kind: golden.kind, engine, status: 'unsupported', tensors, reason };
}

function statusOf(tensors: readonly TensorVerdict[]): Status {
  if (tensors.some(({ status }) => status === 'fail')) return 'fail';
  return tensors.length === 0 || tensors.some(({ status }) => status === 'unsupported') ? 'unsupported' : 'pass';
}

function compare(name: string, expected: Tensor, tolerance: Tolerance | undefined, found: Output | undefined, gpu: boolean): TensorVerdict {
  const bound = boundOf(tolerance ?? {}, Math.max(largest(expected.data), (gpu && found?.magnitude) || 0), gpu);
  if (!found) return { name, diff: null, bound, status: 'unsupported' };
  if (!sameShape(found.shape, expected.shape)) return { name, diff: null, bound, status: 'fail' };
  const diff = largestDifference(found.data, expected.data);
  return { name, diff: Number.isFinite(diff) ? diff : null, bound, status: diff <= bound ? 'pass' : 'fail' };
}

/**
 * The reference is float64 and the files hold float32: half a unit in the last place is 6e-8 of the value. The GPU's bound
 * is what the file states for activations good to 1e-6; a case without one gets the blanket bound of the golden set, some
 * four times the worst seen there and hundreds of times below what a swapped gate or a lost bias costs.
 */
function boundOf({ scale, atol_gpu }: Tolerance, found: number, gpu: boolean): number {
  const magnitude = scale ?? found;
  if (!gpu) return Math.max(1.2e-7 * magnitude, 1e-37);
  return atol_gpu ?? Math.max(7e-5 * magnitude, 1e-37);
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** A scalar may be written [] or [1]. */
function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return String(a) === String(b) || (a.every((n) => n === 1) && b.every((n) => n === 1));
}

/** Infinite where one side is not finite and the other is not the same. */
function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(found[i], expected[i])) continue;
    const difference = Math.abs(found[i] - expected[i]);
    most = Number.isFinite(difference) ? Math.max(most, difference) : Infinity;
  }
  return most;
}
