/** Which kinds of golden case there are here, and how each is run. */
import { readSafetensors, type RecurrentForm, type Tensor } from '../../src/engine/index';
import type { Bench } from './bench';
import { isBlockCase, runBlockCase } from './block_case';
import { runCharacters } from './charlm_case';
import type { GoldenCase } from './golden_case';
import { isRecurrent, recurrentCase, runRecurrentCase } from './recurrent_case';
import { runTraining } from './training_case';
import { runClip, runCrossEntropy, runOptimizer } from './update_case';

/** One tensor of a run. */
export interface Output extends Tensor {
  /** For a sum with cancellation: the sum of its terms' magnitudes, which its rounding goes by. */
  readonly magnitude?: number;
  /** What it should be, where the case says so in its configuration. */
  readonly expected?: Tensor;
}

/** By the golden format's names. */
export type Outputs = Map<string, Output>;

type Runner = (bench: Bench, golden: GoldenCase, form: RecurrentForm | undefined, forward: boolean) => Promise<Outputs>;

const runners: Readonly<Record<string, Runner>> = {
  charlm: runCharacters,
  clip_grad_norm: runClip,
  lm_train: runTraining,
  optim_direct: runOptimizer,
  safetensors: async ({ file }, { config }) => new Map(readSafetensors(await file(String(config.file))).tensors),
  xent: runCrossEntropy,
};

/** Why a case cannot be run on an engine; undefined if it can. Throws MalformedCase where it contradicts itself. */
export function unsupportedReason(golden: GoldenCase): string | undefined {
  if (Object.hasOwn(runners, golden.kind)) return undefined;
  if (isBlockCase(golden)) return undefined;
  const run = recurrentCase(golden);
  return 'unsupported' in run ? `${run.unsupported} is not supported` : undefined;
}

/** The recurrent forms in which the GPU runs a kind of case; none where it has but one way. */
export function formsOf(kind: string): readonly RecurrentForm[] {
  return isRecurrent(kind) || kind === 'charlm' ? ['step', 'persistent'] : [];
}

/**
 * Runs a case that is supported, and returns what it leaves behind.
 * @param form - the recurrent form to force on the GPU; undefined for the reference and where there is but one way
 * @param forward - leave out gradients
 */
export async function runCase(bench: Bench, golden: GoldenCase, form: RecurrentForm | undefined, forward: boolean): Promise<Outputs> {
  if (Object.hasOwn(runners, golden.kind)) return runners[golden.kind](bench, golden, form, forward);
  if (isBlockCase(golden)) return runBlockCase(bench.engine, golden, forward);
  const run = recurrentCase(golden);
  if ('unsupported' in run) throw new Error(run.unsupported);
  return runRecurrentCase(bench.engine, golden, run, form, forward);
}
