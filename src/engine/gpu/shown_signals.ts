/**
 * Signals that a block's ops do not keep: weights of attention, states and decays of a scan. Who draws one has it made again in a
 * buffer of its own, and again behind every repetition of the run, so that views follow training without anybody reading;
 * who reads one has it made for that once.
 */
import { placeOf, shownTensor, type Program } from '../blocks/program';
import type { SignalStorage } from '../engine';
import { EngineError } from '../errors';
import { size } from '../math/tensor';
import type { SignalEntry } from '../model/signals';
import type { SelectiveScanStep } from '../ops/selective_scan';
import type { BlockBack } from './block_back';
import { scanSizes } from './block_layout';
import { attendNumbers, flatCommand } from './block_commands';
import { stripPlace, type BlockRun } from './block_run';
import { rowsOfRoom, scanNumbers } from './block_scans';
import { BufferSet } from './buffer_set';
import { checkFits } from './buffers';
import { ready, record, type Command } from './command_list';
import type { Kernel, KernelCache } from './kernel';
import type { Place } from './layer_layout';
import type { Readback } from './readback';

/** Of shaders/kernels/scan_show.wgsl. */
const SHOWN: Readonly<Record<string, number>> = { h: 0, decay: 1, d_h: 2, B: 3, C: 4 };

/** A signal that is made again: what makes it, and where it then is. */
interface Made {
  readonly command: Command;
  readonly storage: SignalStorage;
}

/** Those of a run that are drawn. Its buffers stay for the next run of its shape. */
export class ShownSignals {
  readonly #made = new Map<string, Made & { readonly gradient: boolean; drawn: boolean }>();

  constructor(private readonly buffers: BufferSet) {}

  /** What was drawn was another run's. */
  forget(): void {
    for (const made of this.#made.values()) made.drawn = false;
  }

  /** Where the signal is, made at once unless it is drawn already; undefined where the device cannot hold it. */
  storageOf(run: BlockRun, back: BlockBack | undefined, entry: SignalEntry): SignalStorage | undefined {
    const kept = keptStorage(run, entry);
    if (kept) return kept;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.buffers.gpu.limits;
    if (4 * shownEntries(run, entry) > Math.min(maxBufferSize, maxStorageBufferBindingSize)) return undefined;
    const { layer, name, shape } = entry.info;
    const key = `${layer} ${name} ${shape.join()}`;
    const made = this.#made.get(key) ?? { ...showing(this.buffers, run, back, entry), gradient: entry.origin.of === 'd_shown', drawn: false };
    this.#made.set(key, made);
    if (!made.drawn) carryOut(run, made.command);
    made.drawn = true;
    return made.storage;
  }

  /** What goes behind a repetition of the run, or of the way back. */
  commands(gradients: boolean): Command[] {
    return [...this.#made.values()].flatMap(({ command, gradient, drawn }) => (drawn && gradient === gradients ? [command] : []));
  }
}

/** The kernels that a program's signals may be made again by. */
export function showKernels({ steps }: Program, kernels: KernelCache): Kernel[] {
  return steps.flatMap(({ op }) => (op === 'attend' ? [kernels.asked('kernels/attend_weights')] : op === 'selective_scan' ? [kernels.asked('kernels/scan_show')] : []));
}

/** Reads one by making it again. Rejects with LimitError or DeviceLostError. */
export async function readShown(run: BlockRun, back: BlockBack | undefined, entry: SignalEntry, readback: Readback): Promise<Float32Array> {
  const kept = keptStorage(run, entry);
  if (kept) return readback.read(entry.info.shape, kept);
  checkFits(run.parts.buffers.gpu, entry.info.name, shownEntries(run, entry));
  const buffers = new BufferSet(run.parts.buffers.gpu);
  try {
    const { command, storage } = showing(buffers, run, back, entry);
    await ready([command]);
    carryOut(run, command);
    return await readback.read(entry.info.shape, storage);
  } finally {
    buffers.destroy();
  }
}

function carryOut({ parts }: BlockRun, command: Command): void {
  const { device } = parts.buffers.gpu;
  const encoder = device.createCommandEncoder({ label: 'show' });
  record(encoder, 'show', [command]);
  device.queue.submit([encoder.finish()]);
}

/** Where step sizes lie, which the scan keeps after all. */
function keptStorage(run: BlockRun, { origin }: SignalEntry): SignalStorage | undefined {
  if (origin.of !== 'shown' || origin.shown !== 'delta') return undefined;
  const step = scanOf(run.parts.program, origin);
  const u = run.layout.strip(step.u);
  return { device: run.parts.buffers.gpu.device, buffer: run.tensors, lengths: run.parts.lengths, ...stripPlace({ ...rowsOfRoom(run.layout, step, 'delta', u.columns.length), columns: u.columns, groups: u.groups }, run.parts.extent) };
}

/** Entries that a signal takes, states padded to quads. */
function shownEntries({ parts }: BlockRun, { info, origin }: SignalEntry): number {
  const { step } = shownOf(parts.program, origin);
  return step.op === 'selective_scan' ? (size(info.shape) / step.states) * scanSizes(parts.program, step).states : size(info.shape);
}

function showing(buffers: BufferSet, run: BlockRun, back: BlockBack | undefined, entry: SignalEntry): Made {
  const { program, extent, lengths, kernels, earlier } = run.parts;
  const { info, origin } = entry;
  const shown = buffers.storage(info.name, shownEntries(run, entry));
  const storage = (place: Pick<Place, 'groupStride' | 'groupWidth'>, row: number): SignalStorage => {
    const { steps, sequences } = extent;
    return { device: buffers.gpu.device, buffer: shown, lengths, offset: 0, modelStride: steps * sequences * row, stepStride: sequences * row, sequenceStride: row, activation: 'identity', ...place };
  };
  const [, , , width] = info.shape;
  const { step } = shownOf(program, origin);
  if (step.op === 'attend') {
    const { numbers } = attendNumbers(program, step, run.layout, undefined, extent, 1, 4);
    const command = flatCommand(buffers, kernels.asked('kernels/attend_weights'), info.name, { attend: numbers }, size(info.shape), 64, { earlier, lengths, tensors: run.tensors, weights: shown });
    return { command, storage: storage({ groupStride: 0, groupWidth: width }, width) };
  }
  const scan = scanOf(program, origin);
  const { states } = scanSizes(program, scan);
  const gradient = origin.of === 'd_shown' ? back! : undefined;
  const numbers = scanNumbers(program, scan, run.layout, extent, 1, gradient && { layout: gradient.layout, arrived: (name) => gradient.strip(name) });
  const uniforms = { scan: numbers, wanted: [SHOWN[gradient ? `d_${shownOf(program, origin).name}` : shownOf(program, origin).name], placeOf(program, scan.u).width / scan.groups] };
  const items = (extent.models * extent.sequences * run.layout.strip(scan.u).columns.length) / 4;
  const command = flatCommand(buffers, kernels.asked('kernels/scan_show'), info.name, uniforms, items, 16, { lengths, tensors: run.tensors, d_tensors: gradient?.d_tensors ?? buffers.nothing, shown });
  return { command, storage: storage({ groupStride: states, groupWidth: scan.states }, (width / scan.states) * states) };
}

/** The step that shows a signal, and what it calls it. Throws EngineError for a signal that is kept. */
function shownOf(program: Program, origin: SignalEntry['origin']) {
  if (origin.of !== 'shown' && origin.of !== 'd_shown') throw new EngineError('signal', 'A signal that is kept is not made again.');
  return { step: shownTensor(program, origin.shown, origin.by).step, name: origin.shown };
}

function scanOf(program: Program, origin: SignalEntry['origin']): SelectiveScanStep {
  const { step, name } = shownOf(program, origin);
  if (step.op === 'selective_scan') return step;
  throw new EngineError('program', `The GPU cannot show ${name}.`);
}
