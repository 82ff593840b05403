/** Signals of a block: where they lie, and how those are read that have no one place. */
import type { Program } from '../blocks/program';
import type { SignalStorage } from '../engine';
import { EngineError } from '../errors';
import type { SignalEntry } from '../model/signals';
import { layerStates, type LayerState } from '../model/spec';
import type { BlockBack } from './block_back';
import type { BlockLayerRun } from './block_layer_run';
import type { BlockLayout } from './block_layout';
import { stripPlace } from './block_run';
import { earlierStrip, statePlace, unpackState } from './block_states';
import type { Place } from './layer_layout';
import type { Readback } from './readback';
import { readShown } from './shown_signals';

/** Where a signal lies, made again if it is not kept; undefined for one whose parts are padded apart, or that the device cannot hold. */
export function blockSignalStorage(of: BlockLayerRun, back: BlockBack | undefined, entry: SignalEntry): SignalStorage | undefined {
  const { layer, run, shown } = of;
  const { origin } = entry;
  const { lengths, buffers } = run.parts;
  const { device } = buffers.gpu;
  const at = (buffer: GPUBuffer, place: Place): SignalStorage => ({ device, buffer, lengths, ...place });
  if (origin.of === 'output') return at(run.tensors, run.place(layer.program.output));
  if (origin.of === 'tensor' && isWhole(layer.program, origin.tensor)) return at(run.tensors, run.place(origin.tensor));
  if (origin.of === 'd_tensor' && back && isWhole(layer.program, origin.tensor)) return at(back.d_tensors, stripPlace(back.strip(origin.tensor), back.layout.extent));
  if (origin.of === 'shown' || origin.of === 'd_shown') return shown.storageOf(run, back, entry);
  return undefined;
}

/** A tensor that is not divided, or a part of one. */
function isWhole({ tensors }: Program, name: string): boolean {
  const parts = tensors.find((declared) => declared.name === name)?.parts;
  return !parts || parts.length === 1;
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
  if (origin.of === 'shown' || origin.of === 'd_shown') return readShown(run, back, { info, origin }, readback);
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
