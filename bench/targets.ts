/** What is asked of us, and whether a run met it. A ratio is a peer's time over ours. */
import { entrants, OURS } from './contenders';
import type { CaseResult, Timing } from './contest';
import { tensorReads, type LiveResult } from './live';

/** One thing that was asked, beside what was found. */
export interface Verdict {
  /** The case, or the question. */
  readonly about: string;
  /** What was compared: `TF.js WebGPU, CPU`. */
  readonly measure: string;
  readonly asked: string;
  readonly found: string;
  /** Undefined where there was nothing to compare. */
  readonly met: boolean | undefined;
}

export interface Target {
  readonly case: string;
  readonly peer: string;
  readonly measure: 'cpu' | 'wall';
  readonly least: number;
}

/** Forward passes, LSTM: by peer and shape. At S a run is too short for the operating system's clock, so wall time counts. */
const FORWARD: Record<string, Record<string, number>> = {
  tfjs_webgpu: { S: 80, M: 15, L: 15 },
  onnx_webgpu: { S: 5, M: 7, L: 7 },
  jax: { S: 5, M: 3, L: 3, XL: 3 },
};

export const targets: readonly Target[] = [
  ...Object.entries(FORWARD).flatMap(([peer, shapes]) =>
    Object.entries(shapes).map(([shape, least]): Target => ({ case: `forward lstm ${shape}`, peer, measure: measureAt(shape), least })),
  ),
  { case: 'training lstm M', peer: 'tfjs_webgpu', measure: 'cpu', least: 25 },
  { case: 'training lstm M', peer: 'jax', measure: 'cpu', least: 5 },
  { case: 'training lstm M', peer: 'tfjs_wasm', measure: 'wall', least: 1 },
  // Matrix products: 90 % of the best peer's rate, so of each one's.
  ...[512, 1024].flatMap((size) =>
    Object.keys(FORWARD).map((peer): Target => ({ case: `product ${size}`, peer, measure: 'wall', least: 0.9 })),
  ),
];

/** The peers that the other cells are held to as the LSTM is. */
const PEERS = Object.keys(FORWARD);

/** ms from the start of the navigation to the first result, at M: forward, and a training step. */
const COLD_START: Readonly<Record<string, number>> = { 'forward lstm M': 500, 'training lstm M': 1000 };

/** The targets of the cases that were run. */
export function verdicts(results: readonly CaseResult[]): Verdict[] {
  return [...targets.flatMap((target) => ratioVerdict(results, target)), ...otherCells(results), ...ownTimes(results)];
}

function ratioVerdict(results: readonly CaseResult[], { case: about, peer, measure, least }: Target): Verdict[] {
  const result = results.find((each) => each.case.name === about);
  return result ? [compared(result, peer, measure, least)] : [];
}

function compared(result: CaseResult, peer: string, measure: 'cpu' | 'wall', least: number, note = ''): Verdict {
  const found = ratio(result, peer, measure);
  return {
    about: result.case.name,
    measure: `${titleOf(peer)}, ${measure === 'cpu' ? 'CPU' : 'wall'}`,
    asked: `≥ ${Number(least.toPrecision(3))} ×${note}`,
    found: found === undefined ? 'not timed' : `${found.toFixed(1)} ×`,
    met: found === undefined ? undefined : found >= least,
  };
}

/**
 * Every other cell against the same peer as the LSTM, at the same shape in the same run: no worse. A peer that leaves a cell to
 * the processor, as ONNX Runtime does the plain RNN, is none there.
 */
function otherCells(results: readonly CaseResult[]): Verdict[] {
  return results.flatMap((result) => {
    const { case: what } = result;
    if (what.kind === 'product' || what.cell === 'lstm') return [];
    const lstm = results.find(({ case: other }) => other.name === what.name.replace(` ${what.cell} `, ' lstm '));
    const measure = measureAt(what.shape.name);
    return PEERS.flatMap((peer) => {
      const least = lstm && ratio(lstm, peer, measure);
      const theirs = result.outcomes[peer];
      const isThere = theirs?.state === 'timed' && theirs.timing.dispatches > 0;
      return least === undefined || !isThere ? [] : [compared(result, peer, measure, least, ' (as the LSTM)')];
    });
  });
}

/** What we take by ourselves. */
function ownTimes(results: readonly CaseResult[]): Verdict[] {
  return results.flatMap(({ case: { name: about }, outcomes: { [OURS]: ours } }) => {
    if (ours?.state !== 'timed') return [];
    const { coldStart } = ours.timing;
    return about in COLD_START ? [atMost(about, 'cold start', coldStart.median, COLD_START[about], 'ms', 0)] : [];
  });
}

/** What a page that trains and draws may cost. */
export function liveVerdicts(result: LiveResult): Verdict[] {
  const reads = tensorReads(result).reduce((sum, [, count]) => sum + count, 0);
  return [
    atMost('live', 'scripts in a frame', result.script.median, 2, 'ms', 2),
    atMost('live', 'tensors read back', reads, 0),
    atMost('live', 'submits under way', result.mostInFlight, 2),
    atMost('live', 'GPU objects made', result.made.length, 0),
  ];
}

/** A figure that may be so large and no larger. */
export function atMost(about: string, measure: string, found: number, most: number, unit = '', digits = 0): Verdict {
  const said = (value: number) => `${value.toFixed(digits)}${unit && ` ${unit}`}`;
  return { about, measure, asked: `≤ ${unit ? `${most} ${unit}` : most}`, found: said(found), met: found <= most };
}

function measureAt(shape: string): 'cpu' | 'wall' {
  return shape === 'S' ? 'wall' : 'cpu';
}

function titleOf(peer: string): string {
  return entrants.find(({ name }) => name === peer)?.title ?? peer;
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
