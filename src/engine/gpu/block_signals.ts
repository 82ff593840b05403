/** Signals of a block: where those lie that are kept, and how the others are made again when somebody reads them. */
import { placeOf, shownTensor, type Program } from '../blocks/program';
import type { SignalStorage } from '../engine';
import { EngineError } from '../errors';
import type { SelectiveScanStep } from '../ops/selective_scan';
import { layerStates, type LayerState } from '../model/spec';
import { size } from '../math/tensor';
import type { SignalEntry } from '../model/signals';
import type { BlockBack } from './block_back';
import { rowsOfRoom, scanNumbers } from './block_scans';
import { attendNumbers, flatCommand, stripPlace } from './block_run';
import { scanSizes, type BlockLayout } from './block_layout';
import { earlierStrip, statePlace, unpackState } from './block_states';
import { BufferSet } from './buffer_set';
import { ready, record, type Command } from './command_list';
import { bound } from './gpu_weights';
import { padded, type Place } from './layer_layout';
import type { Readback } from './readback';
import type { BlockLayerRun } from './run_buffers';

/** Of shaders/kernels/scan_show.wgsl. */
const SHOWN: Readonly<Record<string, number>> = { h: 0, decay: 1, d_h: 2 };

/** Where a kept signal lies; undefined for one that is made again, or whose parts are padded apart. */
export function blockSignalStorage({ layer, run }: BlockLayerRun, back: BlockBack | undefined, { origin }: SignalEntry): SignalStorage | undefined {
  const { lengths, buffers } = run.parts;
  const { device } = buffers.gpu;
  const at = (buffer: GPUBuffer, place: Place): SignalStorage => ({ device, buffer, lengths, ...place });
  if (origin.of === 'output') return at(run.tensors, run.place(layer.program.output));
  if (origin.of === 'tensor' && isWhole(layer.program, origin.tensor)) return at(run.tensors, run.place(origin.tensor));
  if (origin.of === 'd_tensor' && back && isWhole(layer.program, origin.tensor)) return at(back.d_tensors, stripPlace(back.strip(origin.tensor), back.layout.extent));
  if (origin.of === 'shown' && origin.shown === 'delta') {
    const step = scanOf(layer.program, origin);
    const u = run.layout.strip(step.u);
    return at(run.tensors, stripPlace({ ...rowsOfRoom(run.layout, step, 'delta', u.columns.length), columns: u.columns, groups: u.groups }, run.parts.extent));
  }
  return undefined;
}

/** A tensor that is not divided, or a part of one. */
function isWhole({ tensors }: Program, name: string): boolean {
  const parts = tensors.find((declared) => declared.name === name)?.parts;
  return !parts || parts.length === 1;
}

function scanOf(program: Program, { shown, by }: { readonly shown: string; readonly by: string }): SelectiveScanStep {
  const { step } = shownTensor(program, shown, by);
  if (step.op === 'selective_scan') return step;
  throw new EngineError('program', `The GPU cannot show ${shown}.`);
}

/** Reads a signal that has no one place. Rejects with LimitError or DeviceLostError. */
export async function readBlockSignal(of: BlockLayerRun, back: BlockBack | undefined, { info, origin }: SignalEntry, readback: Readback): Promise<Float32Array> {
  const { layer, run } = of;
  if (origin.of === 'tensor') return readWhole(of, origin.tensor, readback);
  if (origin.of === 'd_tensor') return readWhole(of, origin.tensor, readback, back);
  if (origin.of === 'final' || origin.of === 'd_initial') {
    const state = layerStates(layer)[origin.index];
    if (state.grows) return readGrown(of, back, state, info.shape[2], origin.of, readback);
    const [layout, buffer, which] = origin.of === 'final' ? ([run.layout, run.tensors, 'after'] as const) : ([back!.layout, back!.d_tensors, 'before'] as const);
    const place = statePlace(layout, state.name, which)!;
    const { models, sequences } = layout.extent;
    return unpackState(place, await readback.part(buffer, place.offset, models * sequences * place.columns.length));
  }
  if (origin.of === 'shown' || origin.of === 'd_shown') return shownAgain(of, back, { info, origin }, readback);
  throw new EngineError('signal', `${info.name} of ${layer.block.title} cannot be read.`);
}

/** A tensor, or with the way back the gradient there, [M, T, B, row], its parts side by side. */
export async function readWhole(of: BlockLayerRun, tensor: string, readback: Readback, back?: BlockBack): Promise<Float32Array> {
  const { parts } = of.layer.program.tensors.find(({ name }) => name === tensor)!;
  return joined(await Promise.all(parts.map(async ({ name, width }) => ({ width, data: await readTensor(of, back, name, width, readback) }))));
}

/** A state that grows, or what the steps before a run feel of it: earlier rows, and after a run its own behind them. */
async function readGrown(of: BlockLayerRun, back: BlockBack | undefined, { name, width }: LayerState, steps: number, which: 'final' | 'd_initial', readback: Readback): Promise<Float32Array> {
  const { run } = of;
  const { models, sequences, steps: own } = run.parts.extent;
  const earlier = which === 'final' ? readEarlier(run.layout, run.tensors, name, steps - own, readback) : readEarlier(back!.layout, back!.d_tensors, name, steps, readback);
  const parts = [await earlier, ...(which === 'final' ? [await readTensor(of, undefined, name, width, readback)] : [])];
  return joinedSteps(parts, models, sequences, width);
}

/** [M, steps, B, width] of the steps before a run. */
export async function readEarlier(layout: BlockLayout, buffer: GPUBuffer, name: string, steps: number, readback: Readback): Promise<Float32Array> {
  const { offset, columns } = earlierStrip(layout, name)!;
  const { models, sequences, earlier = 0 } = layout.extent;
  if (steps === 0) return new Float32Array();
  const rows = await Promise.all(Array.from({ length: models }, (_, m) => readback.part(buffer, offset + m * earlier * sequences * columns.length, steps * sequences * columns.length)));
  return unpackState({ columns }, Float32Array.from(rows.flatMap((row) => [...row])));
}

async function readTensor({ run }: BlockLayerRun, back: BlockBack | undefined, name: string, width: number, readback: Readback): Promise<Float32Array> {
  const { models, steps, sequences } = run.parts.extent;
  const [buffer, place] = back ? [back.d_tensors, stripPlace(back.strip(name), back.layout.extent)] : [run.tensors, run.place(name)];
  const { device } = run.parts.buffers.gpu;
  return readback.read([models, steps, sequences, width], { device, buffer, lengths: run.parts.lengths, ...place });
}

/** What an op does not keep: its kernel is run once more, into a buffer of its own. */
async function shownAgain({ layer, run }: BlockLayerRun, back: BlockBack | undefined, { info, origin }: SignalEntry, readback: Readback): Promise<Float32Array> {
  if (origin.of !== 'shown' && origin.of !== 'd_shown') throw new EngineError('signal', `${info.name} is kept.`);
  const { extent, lengths, kernels, weights, places, earlier, buffers: parent } = run.parts;
  const { models, steps, sequences } = extent;
  const rows = models * steps * sequences;
  const { step } = shownTensor(layer.program, origin.shown, origin.by);
  const buffers = new BufferSet(parent.gpu);
  try {
    if (step.op === 'attend') {
      const count = size(info.shape);
      const shown = buffers.storage(info.name, count);
      const { numbers } = attendNumbers(layer.program, step, run.layout, undefined, extent, 1, 4);
      const command = flatCommand(buffers, kernels.asked('kernels/attend_weights'), info.name, { attend: numbers }, count, 64, { earlier, lengths, tensors: run.tensors, weights: shown });
      return await carriedOut(command, shown, count, readback);
    }
    const scan = scanOf(layer.program, origin);
    const { states } = scanSizes(layer.program, scan);
    if (origin.shown === 'B' || origin.shown === 'C') return await constantSide(run, scan, origin.shown, info.shape, readback);
    const width = placeOf(layer.program, scan.u).width;
    const count = rows * width * states;
    const shown = buffers.storage(info.name, count);
    const gradient = origin.of === 'd_shown';
    const numbers = scanNumbers(layer.program, scan, run.layout, extent, 1, gradient ? { layout: back!.layout, arrived: (name) => back!.strip(name) } : undefined);
    const ranges = places.ranges.get(scan)!;
    const bindings = { lengths, own: bound(weights, ranges.own), sides: bound(weights, ranges.sides), tensors: run.tensors, d_tensors: gradient ? back!.d_tensors : buffers.nothing, shown };
    const uniforms = { scan: numbers, wanted: [SHOWN[gradient ? `d_${origin.shown}` : origin.shown], width / scan.groups] };
    const items = (models * sequences * run.layout.strip(scan.u).columns.length) / 4;
    const padding = await carriedOut(flatCommand(buffers, kernels.asked('kernels/scan_show'), info.name, uniforms, items, 16, bindings), shown, count, readback);
    if (states === scan.states) return padding;
    return Float32Array.from({ length: rows * width * scan.states }, (_, i) => padding[Math.floor(i / scan.states) * states + (i % scan.states)]);
  } finally {
    buffers.destroy();
  }

  async function carriedOut(command: Command, shown: GPUBuffer, count: number, from: Readback): Promise<Float32Array> {
    await ready([command]);
    const { device } = parent.gpu;
    const encoder = device.createCommandEncoder({ label: 'show' });
    record(encoder, 'show', [command]);
    device.queue.submit([encoder.finish()]);
    return from.part(shown, 0, count);
  }
}

/** B or C that is a parameter, at each step there is. */
async function constantSide({ parts }: BlockLayerRun['run'], step: SelectiveScanStep, name: 'B' | 'C', shape: readonly number[], readback: Readback): Promise<Float32Array> {
  const [models, steps, sequences, width] = shape;
  const { sides } = parts.places.ranges.get(step)!;
  const states = padded(step.states);
  const own = step.groups * states;
  const [values, lengths] = await Promise.all([readback.part(parts.weights, sides.offset, models * 2 * own), readback.part(parts.lengths, 0, sequences)]);
  const ends = new Uint32Array(lengths.buffer);
  return Float32Array.from({ length: models * steps * sequences * width }, (_, i) => {
    const [u, b, t, m] = [i % width, Math.floor(i / width) % sequences, Math.floor(i / (width * sequences)) % steps, Math.floor(i / (width * sequences * steps))];
    if (t >= ends[b]) return 0;
    return values[(2 * m + (name === 'C' ? 1 : 0)) * own + Math.floor(u / step.states) * states + (u % step.states)];
  });
}

/** Parts side by side in each row. */
function joined(parts: readonly { readonly width: number; readonly data: Float32Array }[]): Float32Array {
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const rows = parts[0].data.length / parts[0].width;
  const values = new Float32Array(rows * width);
  let from = 0;
  for (const part of parts) {
    for (let row = 0; row < rows; row++) values.set(part.data.subarray(row * part.width, (row + 1) * part.width), row * width + from);
    from += part.width;
  }
  return values;
}

/** [M, B, T, width] of parts [M, .., B, width] that follow one another. */
export function joinedSteps(parts: readonly Float32Array[], models: number, sequences: number, width: number): Float32Array {
  const joinedLength = parts.reduce((sum, { length }) => sum + length, 0);
  const steps = joinedLength / (models * sequences * width);
  const values = new Float32Array(joinedLength);
  let first = 0;
  for (const part of parts) {
    const own = part.length / (models * sequences * width);
    for (let row = 0; row * width < part.length; row++) {
      const [m, t, b] = [Math.floor(row / (own * sequences)), Math.floor(row / sequences) % own, row % sequences];
      values.set(part.subarray(row * width, (row + 1) * width), ((m * sequences + b) * steps + first + t) * width);
    }
    first += own;
  }
  return values;
}
