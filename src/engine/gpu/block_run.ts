/** A run of a block's program as dispatches: one for each step of it, and one for what it reads. */
import { placeOf, type Program } from '../blocks/program';
import { EngineError } from '../errors';
import type { Step } from '../ops';
import { POSITION_BASE } from '../ops/positions';
import { droppedNumbers } from './batch_uniform';
import { attendNumbers, checkNormed, flatCommand, headQuads, inSpans, linearCommand, normNumbers, quadsOf, rowsOf, type LinearParts } from './block_commands';
import { gatesKernel, linearKernel, normOf, readerOfNorm, readerThrough, rotaryOf, secondOf, TURNED } from './block_kernels';
import { BlockLayout, SCAN_FORWARD_GROUP, type BlockExtent, type Strip } from './block_layout';
import { convolutionNumbers, gatesNumbers, linearScanNumbers, scanNumbers, scanSpans, stripNumbers } from './block_scans';
import { writeEarlier, writeState } from './block_states';
import type { BlockWeights } from './block_weights';
import type { BufferSet } from './buffer_set';
import type { Command } from './command_list';
import { bound } from './gpu_weights';
import type { Bound, Kernel, KernelCache } from './kernel';
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

/** Of how many steps, those before included, a position may be asked for. */
function positionsOf({ steps, earlier = 0 }: BlockExtent): number {
  return earlier + steps;
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
