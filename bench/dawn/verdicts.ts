/** What is asked of a discrete GPU, and whether a run met it. */
import { OURS } from '../contenders';
import { atMost, type Verdict } from '../targets';
import type { FrameCost, StepCost } from './goals';
import type { CaseResult, Outcome } from './in_turns';

/** TensorFlow.js' wall time over ours, at least. */
const TIMES_TFJS: Readonly<Record<string, number>> = {
  'forward lstm M': 20,
  'training lstm M': 20,
  'forward lstm H512': 10,
  'training lstm H512': 10,
};

const MOST_BESIDE_PRODUCTS = 1.6;
/** ms */
const MOST_A_FRAME = 8;

interface Found {
  readonly questions: Readonly<Record<string, unknown>>;
  readonly cases: readonly CaseResult[];
}

/** @param software - then the figures are told, and nothing is asked of them */
export function goalVerdicts({ questions, cases }: Found, software: boolean): Verdict[] {
  const verdicts = [...cases.flatMap(besideTfjs), ...products(questions['products'] as StepCost | undefined), ...frame(questions['frame'] as FrameCost | undefined)];
  return software ? verdicts.map((verdict) => ({ ...verdict, asked: `${verdict.asked} on a discrete GPU`, met: undefined })) : verdicts;
}

function besideTfjs({ case: { name }, outcomes }: CaseResult): Verdict[] {
  const [ours, theirs] = [wallOf(outcomes[OURS]), wallOf(outcomes['tfjs_webgpu'])];
  const least = TIMES_TFJS[name];
  if (ours === undefined || least === undefined) return [];
  const found = theirs === undefined ? undefined : theirs / ours;
  return [{ about: name, measure: 'TF.js WebGPU, wall', asked: `≥ ${least} ×`, found: found === undefined ? 'not timed' : `${found.toFixed(1)} ×`, met: found === undefined ? undefined : found >= least }];
}

function wallOf(outcome: Outcome | undefined): number | undefined {
  return outcome?.state === 'timed' ? outcome.timing.wall.median : undefined;
}

function products(cost: StepCost | undefined): Verdict[] {
  return cost ? [atMost('training step', 'over six bare products', cost.step / cost.products, MOST_BESIDE_PRODUCTS, '×', 2)] : [];
}

function frame(cost: FrameCost | undefined): Verdict[] {
  return cost ? [atMost('a frame', 'update and eight ranges', cost.wall, MOST_A_FRAME, 'ms', 2)] : [];
}
