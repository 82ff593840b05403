/** What is asked of us against each peer, and whether a run met it. A ratio is the peer's time over ours. */
import { OURS } from './contenders';
import type { CaseResult, Timing } from './contest';

export interface Target {
  readonly case: string;
  readonly peer: string;
  readonly measure: 'cpu' | 'wall';
  readonly least: number;
}

export interface Verdict extends Target {
  /** Undefined where one of the two was not timed. */
  readonly ratio: number | undefined;
  readonly met: boolean | undefined;
}

/** Forward passes, LSTM: by peer and shape. At S a run is too short for the operating system's clock, so wall time counts. */
const FORWARD: Record<string, Record<string, number>> = {
  tfjs_webgpu: { S: 80, M: 15, L: 15 },
  onnx_webgpu: { S: 5, M: 7, L: 7 },
  jax: { S: 5, M: 3, L: 3, XL: 3 },
};

export const targets: readonly Target[] = [
  ...Object.entries(FORWARD).flatMap(([peer, shapes]) =>
    Object.entries(shapes).map(([shape, least]): Target => ({ case: `forward lstm ${shape}`, peer, measure: shape === 'S' ? 'wall' : 'cpu', least })),
  ),
  { case: 'training lstm M', peer: 'tfjs_webgpu', measure: 'cpu', least: 25 },
  { case: 'training lstm M', peer: 'jax', measure: 'cpu', least: 5 },
  { case: 'training lstm M', peer: 'tfjs_wasm', measure: 'wall', least: 1 },
  // Matrix products: 90 % of the best peer's rate, so of each one's.
  ...[512, 1024].flatMap((size) =>
    Object.keys(FORWARD).map((peer): Target => ({ case: `product ${size}`, peer, measure: 'wall', least: 0.9 })),
  ),
];

/** ms from the start of the navigation to the first result, at M: forward, and a training step. */
export const COLD_START_TARGETS: Readonly<Record<string, number>> = { 'forward lstm M': 500, 'training lstm M': 1000 };

/** The targets of the cases that were run. */
export function verdicts(results: readonly CaseResult[]): Verdict[] {
  return targets.flatMap((target): Verdict[] => {
    const result = results.find((each) => each.case.name === target.case);
    if (!result) return [];
    const found = ratio(result, target.peer, target.measure);
    return [{ ...target, ratio: found, met: found === undefined ? undefined : found >= target.least }];
  });
}

/** The peer's time over ours; undefined where one of the two was not timed. */
export function ratio({ outcomes }: CaseResult, peer: string, measure: 'cpu' | 'wall'): number | undefined {
  const [ours, theirs] = [outcomes[OURS], outcomes[peer]];
  if (ours?.state !== 'timed' || theirs?.state !== 'timed') return undefined;
  return timeOf(theirs.timing, measure) / timeOf(ours.timing, measure);
}

function timeOf({ wall, cpu }: Timing, measure: 'cpu' | 'wall'): number {
  return measure === 'wall' ? wall.median : cpu.renderer + cpu.gpu;
}
