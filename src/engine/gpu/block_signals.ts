/** Signals of a block: where those lie that are kept, and how the others are made again when somebody reads them. */
import { placeOf, shownTensor, type Program } from '../blocks/program';
import type { SignalStorage } from '../engine';
import { EngineError } from '../errors';
import type { SelectiveScanStep } from '../ops/selective_scan';
import { layerStates } from '../model/spec';
import type { SignalEntry } from '../model/signals';
import type { BlockBack } from './block_back';
import { rowsOfRoom, scanNumbers } from './block_scans';
import { attendNumbers, flatCommand, stripPlace } from './block_run';
import { scanSizes } from './block_layout';
import { statePlace, unpackState } from './block_states';
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
  const { program } = layer;
  if (origin.of === 'tensor' || origin.of === 'd_tensor') {
    const { parts } = program.tensors.find(({ name }) => name === origin.tensor)!;
    return joined(await Promise.all(parts.map(async ({ name, width }) => ({ width, data: await readTensor(of, back, name, width, readback, origin.of === 'd_tensor') }))));
  }
  if (origin.of === 'final' || origin.of === 'd_initial') {
    const state = layerStates(layer)[origin.index];
    if (state.grows) return stepsInside(await readTensor(of, back, state.name, state.width, readback, false), run.parts.extent);
    const [layout, buffer, which] = origin.of === 'final' ? ([run.layout, run.tensors, 'after'] as const) : ([back!.layout, back!.d_tensors, 'before'] as const);
    const place = statePlace(layout, state.name, which)!;
    const { models, sequences } = layout.extent;
    return unpackState(place, await readback.part(buffer, place.offset, models * sequences * place.columns.length));
  }
  if (origin.of === 'shown' || origin.of === 'd_shown') return shownAgain(of, back, { info, origin }, readback);
  throw new EngineError('signal', `${info.name} of ${layer.block.title} cannot be read.`);
}

async function readTensor({ run }: BlockLayerRun, back: BlockBack | undefined, name: string, width: number, readback: Readback, gradient: boolean): Promise<Float32Array> {
  const { models, steps, sequences } = run.parts.extent;
  const [buffer, place] = gradient ? [back!.d_tensors, stripPlace(back!.strip(name), back!.layout.extent)] : [run.tensors, run.place(name)];
  const { device } = run.parts.buffers.gpu;
  return readback.read([models, steps, sequences, width], { device, buffer, lengths: run.parts.lengths, ...place });
}

/** What an op does not keep: its kernel is run once more, into a buffer of its own. */
async function shownAgain({ layer, run }: BlockLayerRun, back: BlockBack | undefined, { info, origin }: SignalEntry, readback: Readback): Promise<Float32Array> {
  if (origin.of !== 'shown' && origin.of !== 'd_shown') throw new EngineError('signal', `${info.name} is kept.`);
  const { extent, lengths, kernels, weights, places, buffers: parent } = run.parts;
  const { models, steps, sequences } = extent;
  const rows = models * steps * sequences;
  const { step } = shownTensor(layer.program, origin.shown, origin.by);
  const buffers = new BufferSet(parent.gpu);
  try {
    if (step.op === 'attend') {
      const count = rows * step.heads * steps;
      const shown = buffers.storage(info.name, count);
      const { numbers } = attendNumbers(layer.program, step, run.layout, undefined, extent, 1, 4);
      const command = flatCommand(buffers, kernels.asked('kernels/attend_weights'), info.name, { attend: numbers }, count, 64, { lengths, tensors: run.tensors, weights: shown });
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

/** [M, B, T, width] of [M, T, B, width]. */
function stepsInside(values: Float32Array, { models, steps, sequences }: BlockLayerRun['run']['parts']['extent']): Float32Array {
  const width = values.length / (models * steps * sequences);
  const turned = new Float32Array(values.length);
  for (let m = 0; m < models; m++) {
    for (let t = 0; t < steps; t++) {
      for (let b = 0; b < sequences; b++) {
        const row = (m * steps + t) * sequences + b;
        turned.set(values.subarray(row * width, (row + 1) * width), ((m * sequences + b) * steps + t) * width);
      }
    }
  }
  return turned;
}
