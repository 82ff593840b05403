/** Steps of a block's program as dispatches, forward or back: the words of their uniforms, and their grids. */
import { placeOf, type Program } from '../blocks/program';
import { EngineError } from '../errors';
import type { Step } from '../ops';
import type { BlockExtent, BlockLayout, Strip } from './block_layout';
import { stripNumbers } from './block_scans';
import { earlierStrip } from './block_states';
import type { BufferSet } from './buffer_set';
import { foldedGroups, type Command } from './command_list';
import { SPAN_STRIDE, type Bound, type Kernel } from './kernel';

/** A product and what goes with it, forward or back. */
export interface LinearParts {
  readonly label: string;
  readonly extent: BlockExtent;
  /** Rows of gradients for each row of the run. */
  readonly each: number;
  readonly x: Strip;
  readonly y: Strip;
  readonly plus?: Strip;
  readonly second?: Strip;
  /** Entries of y that are left a second time, turned. */
  readonly seconds?: number;
  /** Quads of a head. */
  readonly head?: number;
  /** What a slope is taken of, in a buffer of its own. */
  readonly values?: { readonly buffer: GPUBuffer; readonly strip: Strip };
  readonly w: Bound;
  readonly bias?: Bound;
  readonly turns?: GPUBuffer;
  /** What x is brought to unit size by first, and where that is left. */
  readonly norm?: { readonly y: Strip; readonly width: number; readonly centred: boolean; readonly scale: Bound; readonly shift: Bound | undefined };
  /** How many steps came before. */
  readonly earlier: GPUBuffer;
  readonly tensors: GPUBuffer;
}

export function linearCommand(buffers: BufferSet, kernel: Kernel, { label, extent, each, x, y, plus, second, seconds = 0, head = 1, values, w, bias, turns, norm, earlier, tensors }: LinearParts): Command {
  const numbers = [
    ...stripNumbers(x),
    ...stripNumbers(y),
    ...stripNumbers(plus),
    ...stripNumbers(second),
    ...stripNumbers(values?.strip),
    extent.steps,
    extent.sequences,
    each,
    x.columns.length / 4,
    y.columns.length / 4,
    bias ? 1 : 0,
    plus ? 1 : 0,
    seconds / 4,
    head,
    0, // a strip begins at a multiple of two words
    ...stripNumbers(norm?.y),
    norm?.width ?? 0,
    norm?.centred ? 1 : 0,
    norm?.shift ? 1 : 0,
  ];
  const bindGroup = kernel.bind({
    linear: wholeQuads(buffers, label, numbers),
    earlier,
    values: values?.buffer ?? buffers.nothing,
    w,
    bias: bias ?? buffers.nothing,
    scale: norm?.scale ?? buffers.nothing,
    shift: norm?.shift ?? buffers.nothing,
    turns: turns ?? buffers.nothing,
    tensors,
  });
  return { kernel, bindGroup, groups: linearGroups(extent, y.columns.length) };
}

/** The grid of a product, for checking it against the device's limits. */
export function linearGroups({ models, steps, sequences }: BlockExtent, columns: number): [x: number, y: number, z: number] {
  return [Math.ceil(columns / 64), Math.ceil((steps * sequences) / 32), models];
}

/** A dispatch over so many items in a line. */
export function flatCommand(buffers: BufferSet, kernel: Kernel, label: string, uniforms: Readonly<Record<string, readonly number[]>>, items: number, workgroup: number, bindings: Readonly<Record<string, Bound>>): Command {
  const made = Object.fromEntries(Object.entries(uniforms).map(([name, numbers]) => [name, wholeQuads(buffers, label, numbers)]));
  const [x, y] = foldedGroups(items, workgroup, buffers.gpu.limits.maxComputeWorkgroupsPerDimension);
  return { kernel, bindGroup: kernel.bind({ ...made, ...bindings }), groups: [x, y, 1] };
}

/** A dispatch for each of so many spans, which lie one after the other in its binding of that name. */
export function inSpans(command: Command, count: number): Command[] {
  return Array.from({ length: count }, (_, i) => ({ ...command, span: i * SPAN_STRIDE }));
}

/** A uniform as long as the shader's structure, which is a whole number of quads. */
function wholeQuads(buffers: BufferSet, label: string, numbers: readonly number[]): GPUBuffer {
  return buffers.uniform(label, Array.from({ length: 4 * Math.ceil(numbers.length / 4) }, (_, i) => numbers[i] ?? 0));
}

export function rowsOf({ models, steps, sequences }: BlockExtent): number {
  return models * steps * sequences;
}

export function quadsOf(extent: BlockExtent, { columns }: Strip): number {
  return (rowsOf(extent) * columns.length) / 4;
}

/** Throws EngineError for rows that a norm cannot take together. */
export function checkNormed({ x: name }: Extract<Step, { op: 'norm' }>, { groups }: Strip): void {
  if (groups > 1) throw new EngineError('program', `On the GPU ${name} is heads or groups apart, which a norm does not take together.`);
}

/** The words of shaders/lib/norm.wgsl's Norm. */
export function normNumbers(
  program: Program,
  step: Extract<Step, { op: 'norm' }>,
  extent: BlockExtent,
  strips: { readonly x: Strip; readonly y?: Strip; readonly d_x?: Strip; readonly d_y?: Strip; readonly d_weight?: Strip; readonly plus?: Strip },
  each = 1,
): number[] {
  const { x, y, d_x, d_y, d_weight, plus } = strips;
  checkNormed(step, x);
  return [
    ...[x, y, d_x, d_y, d_weight, plus].flatMap(stripNumbers),
    extent.steps * extent.sequences,
    each,
    extent.models,
    x.columns.length / 4,
    placeOf(program, step.x).width,
    step.kind === 'layer' ? 1 : 0,
    step.bias ? 1 : 0,
    plus ? 1 : 0,
  ];
}

/** The words of shaders/lib/attend.wgsl's Attend, and how many invocations. @param blockQuads - of a head, that one makes */
export function attendNumbers(
  program: Program,
  step: Extract<Step, { op: 'attend' }>,
  run: BlockLayout,
  gradients: BlockLayout | undefined,
  { models, steps, sequences, earlier = 0 }: BlockExtent,
  each: number,
  blockQuads: number,
  remembers = false,
): { numbers: number[]; items: number } {
  const rotary = program.steps.find((other) => other.op === 'rotary' && other.y.includes(step.q)) as Extract<Step, { op: 'rotary' }> | undefined;
  const unturned = (name: string) => (rotary ? rotary.x[rotary.y.indexOf(name)] : name);
  const [q, k, v, y] = [step.q, step.k, step.v, step.y].map((name) => run.strip(name));
  const [keyQuads, valueQuads] = [headQuads(q), headQuads(v)];
  const tiles = Math.ceil(steps / 4);
  const blocks = Math.ceil((gradients ? Math.max(keyQuads, valueQuads) : valueQuads) / blockQuads);
  const scale = 1 / Math.sqrt(placeOf(program, step.q).width / step.heads);
  const d = gradients && [unturned(step.q), unturned(step.k), step.v, step.y].map((name) => gradients.strip(name));
  const numbers = [
    ...[q, k, v, y].flatMap(stripNumbers),
    ...(d ?? [undefined, undefined, undefined, undefined]).flatMap(stripNumbers),
    run.own(step, 'normalizer') / 4,
    models,
    steps,
    sequences / each,
    each,
    step.heads,
    keyQuads,
    valueQuads,
    tiles,
    blocks,
    floatBits(scale),
    rotary ? 1 : 0,
    earlier,
    remembers ? 1 : 0,
    ...[run, gradients].flatMap((layout) => [step.k, step.v].flatMap((name) => stripNumbers(layout && earlierStrip(layout, name)))),
  ];
  return { numbers, items: models * sequences * step.heads * (tiles + (gradients ? Math.ceil(earlier / 4) : 0)) * blocks };
}

/** Quads of one head or group. */
export function headQuads({ columns, groups }: Strip): number {
  return columns.length / groups / 4;
}

/** A float32 as a uniform's word. */
export function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}
