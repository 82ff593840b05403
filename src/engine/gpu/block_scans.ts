/** Convolutions and scans as their kernels read them: where everything lies, forward and back. */
import type { Program } from '../blocks/program';
import { EngineError } from '../errors';
import type { Step } from '../ops';
import type { ConvolutionStep } from '../ops/convolution';
import type { GatesStep } from '../ops/gates';
import type { LinearScanStep } from '../ops/linear_scan';
import type { SelectiveScanStep } from '../ops/selective_scan';
import { POINTWISE } from './block_kernels';
import { CHUNK, SCAN_FORWARD_GROUP, SCAN_GROUP, scanSizes, type BlockExtent, type BlockLayout, type Strip } from './block_layout';
import { statePlace } from './block_states';
import type { GpuLimits } from './device';
import { SPAN_STRIDE } from './kernel';

/** A strip as the kernels read it, in quads. */
export function stripNumbers(strip: Strip | undefined): [offset: number, row: number] {
  return strip ? [strip.offset / 4, strip.row / 4] : [0, 0];
}

/** The way back, where numbers are for one. */
export interface Backwards {
  readonly layout: BlockLayout;
  /** Where what has arrived at a tensor lies. */
  readonly arrived: (name: string) => Strip;
}

/** The words of shaders/lib/convolution.wgsl's Convolution. @param d_read - where what arrives at the product lies that reads y */
export function convolutionNumbers(step: ConvolutionStep, run: BlockLayout, { models, steps, sequences }: BlockExtent, each: number, back?: Backwards, d_read?: Strip): number[] {
  const [x, y] = [run.strip(step.x), run.strip(step.y)];
  return [
    ...[x, y, run.roomStrip(step, 'a', x), back?.layout.strip(step.x), back?.arrived(step.y), back?.layout.roomStrip(step, 'd_a', x)].flatMap(stripNumbers),
    ...['before', 'after'].map((room) => run.own(step, room) / 4),
    ...['before', 'after', 'parts'].map((room) => (back ? back.layout.own(step, room) / 4 : 0)),
    models,
    steps,
    sequences / each,
    each,
    x.columns.length / 4,
    step.taps,
    POINTWISE[step.activation],
    ...stripNumbers(d_read),
    d_read ? d_read.columns.length / 4 : 0,
  ];
}

/** The words of shaders/lib/scan.wgsl's Scan. Throws EngineError for channels of one group that what makes Δ takes apart. */
export function scanNumbers(program: Program, step: SelectiveScanStep, run: BlockLayout, { models, steps, sequences }: BlockExtent, each: number, back?: Backwards): number[] {
  const { channels, states, rank } = scanSizes(program, step);
  if (rank > 0 && step.groups > 1) throw new EngineError('program', 'On the GPU a scan whose step sizes come from a product has one group.');
  const u = run.strip(step.u);
  const named = (name: string | undefined, layout: BlockLayout | undefined) => (name === undefined ? undefined : layout?.strip(name));
  const side = (name: 'B' | 'C') => {
    const of = step[name];
    return 'tensor' in of ? back?.layout.strip(of.tensor) : back && rowsOfRoom(back.layout, step, name, step.groups * states);
  };
  const own = (name: string) => (back ? back.layout.own(step, name) / 4 : 0);
  return [
    ...[
      u,
      named(step.delta, run),
      named(step.z, run),
      run.strip(step.y),
      'tensor' in step.B ? run.strip(step.B.tensor) : undefined,
      'tensor' in step.C ? run.strip(step.C.tensor) : undefined,
      rowsOfRoom(run, step, 'delta', channels),
      rowsOfRoom(run, step, 'ungated', channels),
      back?.layout.strip(step.u),
      named(step.delta, back?.layout),
      named(step.z, back?.layout),
      back?.arrived(step.y),
      side('B'),
      side('C'),
      back && rowsOfRoom(back.layout, step, 'd_ungated', channels),
      back && rawStrip(program, step, back.layout),
    ].flatMap(stripNumbers),
    run.own(step, 'states') / 4,
    Math.ceil(steps / CHUNK) + 1,
    own('before'),
    own('after'),
    own('parts'),
    own('sums'),
    models,
    steps,
    sequences / each,
    each,
    channels / 4,
    channels / step.groups / 4,
    states / 4,
    rank / 4,
    step.z === undefined ? 0 : 1,
    step.delta === undefined ? 0 : 1,
    step.softplus ? 1 : 0,
    'log' in step.A ? 1 : 0,
    'parameter' in step.B ? 1 : 0,
    'parameter' in step.C ? 1 : 0,
    ...['rates', 'sides'].map((room) => run.own(step, room) / 4),
  ];
}

/** Multiply-adds of a workgroup for one step of a scan: a state is kept, added to and read there; and about four times as much on the way back. */
function scanWork(step: SelectiveScanStep, rank: number, way: 'there' | 'back'): number {
  const ofChannel = way === 'there' ? 3 * step.states + rank : 12 * step.states + 2 * rank;
  return 4 * (way === 'there' ? SCAN_FORWARD_GROUP : SCAN_GROUP) * ofChannel;
}

/** Into how many spans a long run is cut, and where each begins and ends, as the kernels read it; on the way back the last comes first. */
export function scanSpans(program: Program, step: SelectiveScanStep, { steps }: BlockExtent, { workPerDispatch }: GpuLimits, way: 'there' | 'back'): { readonly table: readonly number[]; readonly count: number } {
  const chunks = Math.max(1, Math.floor(workPerDispatch / scanWork(step, scanSizes(program, step).rank, way) / CHUNK));
  const firsts = Array.from({ length: Math.ceil(steps / (chunks * CHUNK)) }, (_, i) => i * chunks * CHUNK);
  const spans = firsts.map((first) => [first, Math.min(steps, first + chunks * CHUNK)]);
  const words = SPAN_STRIDE / 4;
  const table = (way === 'there' ? spans : spans.toReversed()).flatMap((span) => [...span, ...Array.from({ length: words - 2 }, () => 0)]);
  return { table, count: spans.length };
}

/** Where ∂loss/∂ Δ before bias and softplus lies: at the tensor itself where Δ is given as it is. */
export function rawStrip(program: Program, step: SelectiveScanStep, back: BlockLayout): Strip {
  const { channels } = scanSizes(program, step);
  return step.delta !== undefined && step.deltaWeight === undefined ? back.strip(step.delta) : rowsOfRoom(back, step, 'd_raw', channels);
}

/** What an op keeps for itself as rows of so many entries. */
export function rowsOfRoom(layout: BlockLayout, step: Step, name: string, width: number): Strip {
  return { offset: layout.own(step, name), row: width, columns: Array.from({ length: width }, (_, i) => i), groups: 1 };
}

/** The words of shaders/lib/linear_scan.wgsl's LinearScan. */
export function linearScanNumbers(step: LinearScanStep, run: BlockLayout, { models, steps, sequences }: BlockExtent, each: number, back?: Backwards): number[] {
  const [a, b, h] = [step.a, step.b, step.h].map((name) => run.strip(name));
  const at = (layout: BlockLayout | undefined, which: 'before' | 'after') => (layout ? statePlace(layout, step.h, which)!.offset / 4 : 0);
  return [
    ...[a, b, h, back?.layout.strip(step.a), back?.layout.strip(step.b), back?.arrived(step.h)].flatMap(stripNumbers),
    at(run, 'before'),
    at(run, 'after'),
    at(back?.layout, 'before'),
    at(back?.layout, 'after'),
    models,
    steps,
    sequences / each,
    each,
    h.columns.length / 4,
  ];
}

/** The words of shaders/lib/gates.wgsl's Gates. */
export function gatesNumbers({ x, y }: GatesStep, run: BlockLayout, { models, steps, sequences }: BlockExtent, each: number, back?: Backwards): number[] {
  const three = (names: readonly string[], stripOf: (name: string) => Strip | undefined) => [0, 1, 2].map((i) => (i < names.length ? stripOf(names[i]) : undefined));
  const strips = [
    ...three(x, (name) => run.strip(name)),
    ...three(y, (name) => run.strip(name)).slice(0, 2),
    ...three(x, (name) => back?.layout.strip(name)),
    ...three(y, (name) => back?.arrived(name)).slice(0, 2),
  ];
  return [...strips.flatMap(stripNumbers), models * steps * sequences, each, run.strip(y[0]).columns.length / 4];
}
