/** A run of a block's program as dispatches: one for each step of it, and one for what it reads. */
import { placeOf, type Program } from '../blocks/program';
import { EngineError } from '../errors';
import type { Step } from '../ops';
import { POSITION_BASE } from '../ops/positions';
import { droppedNumbers } from './batch_uniform';
import { gatesKernel, linearKernel, normOf, readerOfNorm, readerThrough, rotaryOf, secondOf, TURNED } from './block_kernels';
import { BlockLayout, SCAN_FORWARD_GROUP, type BlockExtent, type Strip } from './block_layout';
import { convolutionNumbers, gatesNumbers, linearScanNumbers, scanNumbers, scanSpans, stripNumbers } from './block_scans';
import { earlierStrip, writeEarlier, writeState } from './block_states';
import type { BlockWeights } from './block_weights';
import type { BufferSet } from './buffer_set';
import { foldedGroups, type Command } from './command_list';
import { bound } from './gpu_weights';
import { SPAN_STRIDE, type Bound, type Kernel, type KernelCache } from './kernel';
import type { Place } from './layer_layout';
import type { Operand } from './linear';
import { viewNumbers } from './view_numbers';

/** What a run of a program is made from. */
export interface BlockRunParts {
  readonly buffers: BufferSet;
  readonly program: Program;
  readonly extent: BlockExtent;
  readonly kernels: KernelCache;
  /** The arena. */
  readonly weights: GPUBuffer;
  readonly places: BlockWeights;
  readonly lengths: GPUBuffer;
  readonly batch: GPUBuffer;
  /** How many steps came before. */
  readonly earlier: GPUBuffer;
  /** Whether the run leaves its own rows behind those of states that grow. */
  readonly remembers?: boolean;
  /** What the layer reads, and which entry of it each input is. */
  readonly source: Operand;
  readonly sourceColumns: readonly number[];
  readonly label: string;
}

export class BlockRun {
  readonly layout: BlockLayout;
  readonly tensors: GPUBuffer;
  readonly commands: readonly Command[];
  /** Cosines and sines of rotary positions, [T, planes of a head, 2]. */
  readonly turns: GPUBuffer;

  constructor(readonly parts: BlockRunParts) {
    const { buffers, program, extent, label } = parts;
    this.layout = new BlockLayout(program, extent, 'run');
    this.tensors = buffers.storage(`tensors of ${label}`, this.layout.entries);
    this.turns = this.#turns();
    this.commands = [this.#read(), ...program.steps.flatMap((step) => this.#step(step))];
    this.#markFirsts();
  }

  /** Puts a state before the first step: [M, B, width], or [B, width] for every model; zeros unless given. */
  writeState(name: string, values: ArrayLike<number> | undefined): void {
    writeState(this.parts.buffers.gpu.device.queue, this.tensors, this.layout, name, 'before', values);
  }

  /** Puts the rows of earlier steps of a state that grows: [M, B, steps, width], or [B, steps, width] for every model. */
  writeEarlier(name: string, values: ArrayLike<number>, steps: number): void {
    writeEarlier(this.parts.buffers.gpu.device.queue, this.tensors, this.layout, name, values, steps);
  }

  /** Where a tensor, or a part of one, lies. */
  place(name: string): Place {
    return stripPlace(this.layout.strip(name), this.parts.extent);
  }

  #step(step: Step): Command[] {
    const { program } = this.parts;
    switch (step.op) {
      case 'linear':
        return [this.#linear(step)];
      case 'norm':
        return readerOfNorm(program, step) ? [] : [this.#norm(step)];
      case 'positions':
        return [this.#positions(step)];
      case 'rotary': // left by the product that makes what is turned
        if (program.steps.some((other) => other.op === 'linear' && rotaryOf(program, other) === step)) return [];
        throw new EngineError('program', 'On the GPU rotary positions turn the first parts of what one product makes.');
      case 'attend':
        return [this.#attend(step)];
      default:
        return this.#overTime(step);
    }
  }

  #read(): Command {
    const { buffers, extent, batch, lengths, source, sourceColumns, label, kernels } = this.parts;
    const x = this.layout.strip('x');
    const columns = buffers.storage(`columns of ${label}`, x.columns.length);
    const entries = Uint32Array.from(x.columns, (column) => (column < 0 ? 0xffff_ffff : sourceColumns[column]));
    buffers.gpu.device.queue.writeBuffer(columns, 0, entries);
    const numbers = [...viewNumbers(source.place), ...droppedNumbers(source.dropped), ...stripNumbers(x), extent.models, extent.steps, extent.sequences, x.columns.length / 4, source.tokens ? 1 : 0];
    return this.#command('block_read', kernels.asked('kernels/block_read'), { block_read: numbers }, quadsOf(extent, x), 64, {
      batch,
      lengths,
      tokens: source.tokens ?? buffers.nothing,
      columns,
      x: source.buffer,
    });
  }

  #linear(step: Extract<Step, { op: 'linear' }>): Command {
    const { buffers, program, extent, kernels, weights, places } = this.parts;
    const { layout } = this;
    const y = layout.strip(step.y);
    const norm = normOf(program, step);
    const of = layout.strip(norm?.x ?? step.x);
    const x = step.of ? layout.roomStrip(step, 'activated', of) : of;
    if (step.of && !program.steps.some((other) => other.op === 'linear' && readerThrough(program, other) === step)) throw new EngineError('program', 'On the GPU a non-linearity follows the product that makes what it is of.');
    const second = secondOf(program, step);
    const rotary = rotaryOf(program, step);
    const reader = readerThrough(program, step);
    const turned = rotary && layout.strip(rotary.y[0]);
    const ranges = places.ranges.get(step)!;
    return linearCommand(buffers, linearKernel(kernels, { SECOND: second, NORMED: norm ? 1 : 0 }), {
      label: `${step.y} of ${this.parts.label}`,
      extent,
      each: 1,
      x,
      y,
      plus: step.plus === undefined ? undefined : layout.strip(step.plus),
      second: second === TURNED ? turned : reader && layout.roomStrip(reader, 'activated', y),
      seconds: rotary ? rotary.y.reduce((sum, name) => sum + layout.strip(name).columns.length, 0) : 0,
      head: rotary ? headQuads(turned!) : 1,
      w: bound(weights, ranges.w),
      bias: step.bias === undefined ? undefined : bound(weights, ranges.bias),
      turns: this.turns,
      norm: norm && this.#normed(norm),
      earlier: this.parts.earlier,
      tensors: this.tensors,
    });
  }

  /** A norm that the product behind it carries out. */
  #normed(step: Extract<Step, { op: 'norm' }>): LinearParts['norm'] {
    const { program, weights, places } = this.parts;
    const { w, bias } = places.ranges.get(step)!;
    checkNormed(step, this.layout.strip(step.x));
    return { y: this.layout.strip(step.y), width: placeOf(program, step.x).width, centred: step.kind === 'layer', scale: bound(weights, w), shift: step.bias ? bound(weights, bias) : undefined };
  }

  #norm(step: Extract<Step, { op: 'norm' }>): Command {
    const { extent, kernels, weights, places } = this.parts;
    const [x, y] = [this.layout.strip(step.x), this.layout.strip(step.y)];
    const { w, bias } = places.ranges.get(step)!;
    const numbers = normNumbers(this.parts.program, step, extent, { x, y });
    return this.#command(`norm ${step.y}`, kernels.asked('kernels/norm_forward'), { norm: numbers }, rowsOf(extent), 64, { weight: bound(weights, w), bias: bound(weights, bias) });
  }

  #positions(step: Extract<Step, { op: 'positions' }>): Command {
    const { buffers, extent, kernels, weights, places, earlier } = this.parts;
    const [x, y] = [this.layout.strip(step.x), this.layout.strip(step.y)];
    const quads = x.columns.length / 4;
    const table = step.weight ? bound(weights, places.ranges.get(step)!.w) : sinusoids(buffers, positionsOf(extent), x);
    const stride = step.weight ? (places.ranges.get(step)!.w.entries / extent.models) / 4 : 0;
    const numbers = [...stripNumbers(x), ...stripNumbers(y), extent.models, extent.steps, extent.sequences, quads, stride];
    return this.#command(`positions ${step.y}`, kernels.asked('kernels/positions'), { positions: numbers }, quadsOf(extent, x), 64, { earlier, table });
  }

  #attend(step: Extract<Step, { op: 'attend' }>): Command {
    const { extent, kernels, lengths, program, earlier, remembers = false } = this.parts;
    const sizes = attendNumbers(program, step, this.layout, undefined, extent, 1, 4, remembers);
    return this.#command(`attend ${step.y}`, kernels.asked('kernels/attend_forward'), { attend: sizes.numbers }, sizes.items, 16, { earlier, lengths });
  }

  #overTime(step: Extract<Step, { op: 'convolution' | 'selective_scan' | 'linear_scan' | 'gates' }>): Command[] {
    const { extent, kernels, lengths, program, weights, places } = this.parts;
    const { layout } = this;
    const { models, sequences } = extent;
    const ranges = places.ranges.get(step);
    switch (step.op) {
      case 'convolution': {
        const own = bound(weights, ranges!.own);
        return [this.#command(`convolution ${step.y}`, kernels.asked('kernels/convolution_forward'), { convolution: convolutionNumbers(step, layout, extent, 1) }, quadsOf(extent, layout.strip(step.x)), 64, { lengths, own })];
      }
      case 'selective_scan': {
        const items = (models * sequences * layout.strip(step.u).columns.length) / 4;
        const own = { own: bound(weights, ranges!.own), sides: bound(weights, ranges!.sides) };
        const { table, count } = scanSpans(program, step, extent, this.parts.buffers.gpu.limits, 'there');
        const command = this.#command(`scan ${step.y}`, kernels.asked('kernels/scan_forward'), { scan: scanNumbers(program, step, layout, extent, 1), span: table }, items, SCAN_FORWARD_GROUP, { lengths, ...own });
        return inSpans(command, count);
      }
      case 'linear_scan': {
        const items = (models * sequences * layout.strip(step.h).columns.length) / 4;
        return [this.#command(`scan ${step.h}`, kernels.asked('kernels/linear_scan_forward'), { linear_scan: linearScanNumbers(step, layout, extent, 1) }, items, 16, { lengths })];
      }
      case 'gates':
        return [this.#command('gates', gatesKernel(kernels, 'gates_forward', step.rule), { gates: gatesNumbers(step, layout, extent, 1) }, quadsOf(extent, layout.strip(step.y[0])), 64, {})];
    }
  }

  /** A dispatch that reads and writes the tensors. */
  #command(label: string, kernel: Kernel, uniforms: Readonly<Record<string, readonly number[]>>, items: number, workgroup: number, bindings: Readonly<Record<string, Bound>>): Command {
    return flatCommand(this.parts.buffers, kernel, `${label} of ${this.parts.label}`, uniforms, items, workgroup, { ...bindings, tensors: this.tensors });
  }

  /** Marks the rows of step 0 where sums over rows take numbers that a sequence has once. */
  #markFirsts(): void {
    const { program, extent, buffers } = this.parts;
    for (const step of program.steps) {
      if (step.op !== 'convolution' && step.op !== 'selective_scan') continue;
      for (let m = 0; m < extent.models; m++) {
        const marks = Float32Array.from({ length: 4 * extent.sequences }, (_, i) => (i % 4 === 0 ? 1 : 0));
        buffers.gpu.device.queue.writeBuffer(this.tensors, 4 * (this.layout.own(step, 'firsts') + 4 * m * extent.steps * extent.sequences), marks);
      }
    }
  }

  #turns(): GPUBuffer {
    const { program, extent, buffers } = this.parts;
    const rotary = program.steps.find((step) => step.op === 'rotary');
    if (!rotary) return buffers.nothing;
    const width = placeOf(program, rotary.x[0]).width / rotary.heads;
    const quads = headQuads(this.layout.strip(rotary.y[0]));
    const positions = positionsOf(extent);
    const table = new Float32Array(positions * quads * 4);
    for (let t = 0; t < positions; t++) {
      for (let i = 0; i < width / 2; i++) {
        const angle = t / POSITION_BASE ** ((2 * i) / width);
        table.set([Math.cos(angle), Math.sin(angle)], t * quads * 4 + 2 * i);
      }
    }
    const buffer = buffers.storage(`turns of ${this.parts.label}`, table.length);
    buffers.gpu.device.queue.writeBuffer(buffer, 0, table);
    return buffer;
  }
}

/** A strip as a signal or an operand. */
export function stripPlace({ offset, row, columns, groups }: Strip, { steps, sequences }: BlockExtent): Place {
  const wide = columns.length / groups;
  const groupWidth = groups > 1 ? columns.slice(0, wide).filter((column) => column >= 0).length : columns.length;
  return { offset, modelStride: steps * sequences * row, stepStride: sequences * row, sequenceStride: row, groupStride: groups > 1 ? wide : 0, groupWidth, activation: 'identity' };
}

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

/** Of how many steps, those before included, a position may be asked for. */
function positionsOf({ steps, earlier = 0 }: BlockExtent): number {
  return earlier + steps;
}

export function quadsOf(extent: BlockExtent, { columns }: Strip): number {
  return (rowsOf(extent) * columns.length) / 4;
}

/** Throws EngineError for rows that a norm cannot take together. */
function checkNormed({ x: name }: Extract<Step, { op: 'norm' }>, { groups }: Strip): void {
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

/** Sines and cosines of positions, [T, columns]. */
function sinusoids(buffers: BufferSet, steps: number, { columns }: Strip): GPUBuffer {
  const width = columns.filter((column) => column >= 0).length;
  const table = new Float32Array(steps * columns.length);
  for (let t = 0; t < steps; t++) {
    columns.forEach((column, i) => {
      if (column < 0) return;
      const angle = t / POSITION_BASE ** ((2 * Math.floor(column / 2)) / width);
      table[t * columns.length + i] = column % 2 ? Math.cos(angle) : Math.sin(angle);
    });
  }
  const buffer = buffers.storage('sinusoids', table.length);
  buffers.gpu.device.queue.writeBuffer(buffer, 0, table);
  return buffer;
}
