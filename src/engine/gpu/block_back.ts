/**
 * The way back through a run of a block's program as dispatches, in the reverse order of its steps.
 *
 * What has arrived at a tensor lies at a strip: its own, or, where it went on unchanged, through a residual or positions,
 * that of the tensor it came from. The step that adds to it reads it there and writes the sum to the tensor's own strip, so
 * that a residual costs no dispatch.
 */
import type { Program } from '../blocks/program';
import { EngineError } from '../errors';
import type { Step } from '../ops';
import { droppedNumbers, type DroppedLayer } from './batch_uniform';
import { convolutionOf, gatesKernel, linearKernel, POINTWISE, readerOfConvolution } from './block_kernels';
import { SCAN_GROUP, scanSizes, type BlockExtent, type BlockLayout, type Strip } from './block_layout';
import { attendNumbers, flatCommand, inSpans, linearCommand, normNumbers, quadsOf, rowsOf } from './block_commands';
import type { BlockRun } from './block_run';
import { convolutionNumbers, gatesNumbers, linearScanNumbers, rawStrip, rowsOfRoom, scanNumbers, scanSpans, stripNumbers, type Backwards } from './block_scans';
import type { Command } from './command_list';
import { bound } from './gpu_weights';
import type { BufferSet } from './buffer_set';
import type { Bound, Kernel } from './kernel';
import type { Operand } from './linear';
import type { SumJob } from './outer_sums';
import type { SumShape } from './weight_layout';

export interface BlockBackParts {
  readonly buffers: BufferSet;
  readonly run: BlockRun;
  /** The turned copies of the weights. */
  readonly turned: GPUBuffer;
  /** Rows of gradients for each sequence. */
  readonly each: number;
  readonly layout: BlockLayout;
  /** Where the gradients of the model's blocks lie. */
  readonly d_tensors: GPUBuffer;
  /** Whose output the layer reads, where that was dropped in part. */
  readonly dropped?: DroppedLayer;
}

/** The tensor at whose place what arrives at another one lies in the end. */
export function homeOf({ steps }: Program, name: string): string {
  const homes = new Map<string, string>();
  for (const step of steps.toReversed()) {
    if (step.op === 'linear' && step.plus !== undefined) homes.set(step.plus, homes.get(step.y) ?? step.y);
    if (step.op === 'positions') homes.set(step.x, homes.get(step.y) ?? step.y);
    if (step.op === 'linear' || step.op === 'norm') homes.set(step.x, step.x);
  }
  return homes.get(name) ?? name;
}

export class BlockBack {
  readonly layout: BlockLayout;
  readonly d_tensors: GPUBuffer;
  readonly commands: readonly Command[];
  readonly #extent: BlockExtent;
  readonly #arrived = new Map<string, Strip>();

  constructor(private readonly parts: BlockBackParts) {
    const { run, layout, d_tensors } = parts;
    const { program } = run.parts;
    this.layout = layout;
    this.d_tensors = d_tensors;
    this.#extent = layout.extent;
    this.#arrived.set(program.output, this.layout.strip(program.output));
    this.commands = [...program.steps.toReversed().flatMap((step) => this.#step(step)), ...this.#drop()];
  }

  /** Where ∂loss/∂ a tensor, or a part of one, lies. */
  strip(name: string): Strip {
    return this.#arrived.get(name) ?? this.layout.strip(name);
  }

  /** The sums that are the gradients of the parameters; those of learned positions are in `positionSums`. */
  sumJobs(): SumJob[] {
    const { run } = this.parts;
    const { program, places } = run.parts;
    return program.steps.flatMap((step): SumJob[] => {
      const sums = places.sums.get(step);
      if (!sums) return [];
      const job = (sum: SumShape, x: Strip | undefined, d: Strip): SumJob => ({ sum, x: x ? this.#operand(run.tensors, x) : this.#operand(this.d_tensors, d), d: this.#operand(this.d_tensors, d), directions: 1 });
      switch (step.op) {
        case 'linear': {
          const x = run.layout.strip(step.x);
          return [job(sums.w, step.of ? run.layout.roomStrip(step, 'activated', x) : x, this.strip(step.y))];
        }
        case 'norm': {
          const d_y = this.strip(step.y);
          return [job(sums.w, undefined, this.layout.roomStrip(step, 'd_weight', d_y)), ...(sums.bias ? [job(sums.bias, undefined, d_y)] : [])];
        }
        case 'convolution':
          return [this.#onceJob(step, sums.parts)];
        case 'selective_scan': {
          const raw = rawStrip(program, step, this.layout);
          const { states } = scanSizes(program, step);
          const dt = step.deltaWeight === undefined ? undefined : run.layout.strip(step.delta!);
          const ofSide = (name: 'B' | 'C') => (sums[name] ? [job(sums[name], undefined, rowsOfRoom(this.layout, step, name, step.groups * states))] : []);
          return [this.#onceJob(step, sums.parts), ...(sums.delta ? [job(sums.delta, dt, raw)] : []), ...ofSide('B'), ...ofSide('C')];
        }
        default:
          return [];
      }
    });
  }

  /** The sums of learned positions, which are over sequences alone. @param at - where a sum lies, in entries */
  positionSums(gradients: GPUBuffer, at: (sum: SumShape) => number): Command[] {
    const { buffers, run } = this.parts;
    const { program, places, batch, earlier, extent, label, kernels } = run.parts;
    return program.steps.flatMap((step) => {
      const sum = places.sums.get(step)?.w;
      if (step.op !== 'positions' || !sum) return [];
      const d_y = this.strip(step.y);
      const numbers = [...stripNumbers(d_y), extent.models, extent.steps, extent.sequences, sum.columns / 4, sum.rows, at(sum) / 4];
      return [flatCommand(buffers, kernels.asked('kernels/position_sums'), `positions' sums of ${label}`, { position_sums: numbers }, (extent.models * sum.rows * sum.columns) / 4, 64, { batch, earlier, d_tensors: this.d_tensors, gradients })];
    });
  }

  #step(step: Step): Command[] {
    switch (step.op) {
      case 'linear':
        return convolutionOf(this.parts.run.parts.program, step) ? [] : [this.#linear(step)];
      case 'norm':
        return [this.#norm(step)];
      case 'positions':
        this.#handOn(step.y, step.x);
        return [];
      case 'rotary': // turned back where attention leaves its gradients
        return [];
      case 'attend':
        return [this.#attend(step)];
      default:
        return this.#overTime(step);
    }
  }

  #overTime(step: Extract<Step, { op: 'convolution' | 'selective_scan' | 'linear_scan' | 'gates' }>): Command[] {
    const { run, each } = this.parts;
    const { program, lengths, weights, places, kernels } = run.parts;
    const back = { layout: this.layout, arrived: (name: string) => this.strip(name) };
    const extent = this.#extent;
    const { models, sequences } = extent;
    const ranges = places.ranges.get(step);
    switch (step.op) {
      case 'convolution': {
        const reader = readerOfConvolution(program, step);
        const numbers = convolutionNumbers(step, run.layout, extent, each, this.#only(back, step.x), reader && this.strip(reader.y));
        const w = reader ? bound(this.parts.turned, places.ranges.get(reader)!.turned) : this.parts.buffers.nothing;
        const items = (models * sequences * run.layout.strip(step.x).columns.length) / 4;
        return [this.#command(`convolution ${step.y}`, kernels.asked('kernels/convolution_backward'), { convolution: numbers }, items, 16, { lengths, own: bound(weights, ranges!.own), w })];
      }
      case 'selective_scan': {
        const read = [step.u, step.delta, step.z, 'tensor' in step.B ? step.B.tensor : undefined, 'tensor' in step.C ? step.C.tensor : undefined].filter((name) => name !== undefined);
        const numbers = scanNumbers(program, step, run.layout, extent, each, this.#only(back, ...read));
        const own = { own: bound(weights, ranges!.own), sides: bound(weights, ranges!.sides) };
        const { table, count } = scanSpans(program, step, extent, this.parts.buffers.gpu.limits, 'back');
        return inSpans(this.#command(`scan ${step.y}`, kernels.asked('kernels/scan_backward'), { scan: numbers, span: table }, models * sequences * step.groups * SCAN_GROUP, SCAN_GROUP, { lengths, ...own }), count);
      }
      case 'linear_scan': {
        const numbers = linearScanNumbers(step, run.layout, extent, each, this.#only(back, step.a, step.b));
        return [this.#command(`scan ${step.h}`, kernels.asked('kernels/linear_scan_backward'), { linear_scan: numbers }, (models * sequences * run.layout.strip(step.h).columns.length) / 4, 16, { lengths })];
      }
      case 'gates': {
        const numbers = gatesNumbers(step, run.layout, extent, each, this.#only(back, ...step.x));
        return [this.#command('gates', gatesKernel(kernels, 'gates_backward', step.rule), { gates: numbers }, quadsOf(extent, run.layout.strip(step.y[0])), 64, {})];
      }
    }
  }

  #linear(step: Extract<Step, { op: 'linear' }>): Command {
    const { buffers, run, turned, each } = this.parts;
    const { kernels } = run.parts;
    const d_y = this.strip(step.y);
    const of = step.of ?? 'identity';
    if (step.plus !== undefined) this.#handOn(step.y, step.plus);
    return linearCommand(buffers, linearKernel(kernels, { SLOPE: POINTWISE[of] }), {
      label: `d_${step.x} of ${run.parts.label}`,
      extent: this.#extent,
      each,
      x: d_y,
      ...this.#addTo(step.x),
      values: step.of ? { buffer: run.tensors, strip: run.layout.strip(step.x) } : undefined,
      w: bound(turned, run.parts.places.ranges.get(step)!.turned),
      earlier: run.parts.earlier,
      tensors: this.d_tensors,
    });
  }

  #norm(step: Extract<Step, { op: 'norm' }>): Command {
    const { run, each } = this.parts;
    const { kernels } = run.parts;
    const d_y = this.strip(step.y);
    const { y: d_x, plus } = this.#addTo(step.x);
    const numbers = normNumbers(run.parts.program, step, this.#extent, { x: run.layout.strip(step.x), d_x, d_y, d_weight: this.layout.roomStrip(step, 'd_weight', d_y), plus }, each);
    const { w } = run.parts.places.ranges.get(step)!;
    return this.#command(`norm ${step.y}`, kernels.asked('kernels/norm_backward'), { norm: numbers }, rowsOf(this.#extent), 64, { weight: bound(run.parts.weights, w) });
  }

  #attend(step: Extract<Step, { op: 'attend' }>): Command {
    const { run, each } = this.parts;
    const { kernels } = run.parts;
    const { numbers, items } = attendNumbers(run.parts.program, step, run.layout, this.layout, this.#extent, each, 2);
    return this.#command(`attend ${step.y}`, kernels.asked('kernels/attend_backward'), { attend: numbers }, items, 16, { earlier: run.parts.earlier, lengths: run.parts.lengths, turns: run.turns });
  }

  #command(label: string, kernel: Kernel, uniforms: Readonly<Record<string, readonly number[]>>, items: number, workgroup: number, bindings: Readonly<Record<string, Bound>>): Command {
    const { buffers, run } = this.parts;
    return flatCommand(buffers, kernel, `${label} of ${run.parts.label} backwards`, uniforms, items, workgroup, { ...bindings, tensors: run.tensors, d_tensors: this.d_tensors });
  }

  /** Where to write the sum of what has arrived at a tensor and what is added, and where the former lies. */
  #addTo(name: string): { readonly y: Strip; readonly plus: Strip | undefined } {
    const plus = this.#arrived.get(name);
    const y = this.layout.strip(name);
    this.#arrived.set(name, y);
    return { y, plus };
  }

  /** For a step that writes what arrives at these tensors, and cannot add to what is there. */
  #only(back: Backwards, ...names: readonly string[]): Backwards {
    for (const name of names) {
      if (this.#arrived.has(name)) throw new EngineError('program', `On the GPU nothing that reads ${name} may come after the step that cannot add to its gradient.`);
      this.#arrived.set(name, this.layout.strip(name));
    }
    return back;
  }

  /** A sum over sequences of what each has once: rows of all its steps are the same, and only the first counts. */
  #onceJob(step: Step, sum: SumShape): SumJob {
    const { run } = this.parts;
    const { sequences } = run.parts.extent;
    const firsts = rowsOfRoom(run.layout, step, 'firsts', 4);
    const { place } = this.#operand(this.d_tensors, rowsOfRoom(this.layout, step, 'parts', sum.columns));
    return { sum, x: this.#operand(run.tensors, firsts), d: { buffer: this.d_tensors, place: { ...place, modelStride: sequences * sum.columns, stepStride: 0 } }, directions: 1, rows: sequences };
  }

  /** Where an output was dropped, no gradient goes back to it. */
  #drop(): Command[] {
    const { buffers, run, dropped } = this.parts;
    if (!dropped) return [];
    const { models, steps, sequences } = this.#extent;
    const d_x = this.strip('x');
    const numbers = [...droppedNumbers(dropped), ...stripNumbers(d_x), models, steps * sequences, d_x.columns.length / 4];
    const { kernels, batch, label } = run.parts;
    return [flatCommand(buffers, kernels.asked('kernels/block_drop'), `dropped of ${label}`, { block_drop: numbers }, quadsOf(this.#extent, d_x), 64, { batch, d_tensors: this.d_tensors })];
  }

  /** What arrived at one tensor is also what arrives at another. */
  #handOn(from: string, to: string): void {
    if (this.#arrived.has(to)) throw new EngineError('program', `On the GPU the last step that reads ${to} must be the one that hands it on unchanged.`);
    this.#arrived.set(to, this.strip(from));
  }

  #operand(buffer: GPUBuffer, { offset, row }: Strip): Operand {
    const { steps, sequences } = this.parts.run.parts.extent;
    return { buffer, place: { offset, modelStride: steps * sequences * row, stepStride: sequences * row, sequenceStride: row, groupStride: 0, groupWidth: 2 ** 30, activation: 'identity' } };
  }
}
