/** Where numbers stopped being finite: the first tensor, in the order in which an update computes them. */
import { gradientEntries, signalEntries, type SignalEntry } from '../model/signals';
import { readWhole } from './block_signals';
import type { GradientBuffers } from './gradient_buffers';
import { unpackWeights } from './pack';
import { parameterGradients } from './parameter_gradients';
import type { Readback } from './readback';
import { signalStorage } from './signal_storage';

/** `weight_hh_l0`, `h` or `d_h of layer 1`, with the time step of what has one. */
export interface NonFinite {
  readonly tensor: string;
  readonly step?: number;
}

/**
 * Looks through what the last update left behind. Rejects with DeviceLostError.
 * @param before - whether its weights were still finite before it; otherwise they are where to look
 */
export async function firstNonFinite(gradients: GradientBuffers, readback: Readback, before: boolean): Promise<NonFinite | undefined> {
  const { model, forward, shape } = gradients.run;
  const weights = async () => firstParameter(unpackWeights(await readback.buffer(forward.weights), model, forward.layout));
  if (!before) {
    const found = await weights();
    if (found) return { tensor: found };
  }
  for (const [k] of model.layers.entries()) {
    const entries = signalEntries(model, shape).filter(({ info, origin }) => info.layer === k && (origin.of === 'state' || (origin.of === 'saved' && origin.activation === 'identity')));
    const found = (await firstOfBlock(gradients, readback, k, false)) ?? (await firstSignal(gradients, readback, entries, false));
    if (found) return found;
  }
  const said = await readback.buffer(gradients.head!.said);
  if (!said.every(Number.isFinite)) return { tensor: 'loss' };
  for (const k of [...model.layers.keys()].toReversed()) {
    const entries = gradientEntries(model, shape).filter(({ info, origin }) => info.layer === k && origin.of === 'd_state');
    const found = (await firstOfBlock(gradients, readback, k, true)) ?? (await firstSignal(gradients, readback, entries, true));
    if (found) return found;
  }
  const found = firstParameter(await parameterGradients(model, gradients, readback));
  return found === undefined ? undefined : { tensor: `d_${found}` };
}

/** The first tensor of a block that has a bad step, in the order in which they were computed, or the gradient there; in it the first step computed. */
async function firstOfBlock({ run, layers }: GradientBuffers, readback: Readback, k: number, backward: boolean): Promise<NonFinite | undefined> {
  const [own, gradient] = [run.layers[k], layers[k]];
  if (own.kind !== 'block' || gradient.kind !== 'block') return undefined;
  const { tensors } = own.layer.program;
  const { steps } = run.shape;
  for (const { name } of backward ? tensors.toReversed() : tensors) {
    const values = await readWhole(own, name, readback, backward ? gradient.back : undefined);
    const perStep = values.length / (run.model.seeds.length * steps);
    let step: number | undefined;
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) continue;
      const t = Math.floor(i / perStep) % steps;
      step = step === undefined ? t : backward ? Math.max(step, t) : Math.min(step, t);
    }
    if (step !== undefined) return { tensor: (backward ? 'd_' : '') + name + placeWords(run.model.layers.length, { layer: k, direction: 'forward' }), step };
  }
  return undefined;
}

/** The signal of one layer with the earliest bad step, or with the latest where they were computed backward. */
async function firstSignal({ run, layers }: GradientBuffers, readback: Readback, entries: readonly SignalEntry[], backward: boolean): Promise<NonFinite | undefined> {
  const { steps } = run.shape;
  let found: { readonly tensor: string; readonly step: number } | undefined;
  for (const entry of entries) {
    const { info } = entry;
    const values = await readback.read(info.shape, signalStorage(run, layers, entry, info.layer)!);
    const perStep = values.length / (run.model.seeds.length * steps);
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) continue;
      const step = Math.floor(i / perStep) % steps;
      if (!found || (backward ? step > found.step : step < found.step)) found = { tensor: info.name + placeWords(run.model.layers.length, info), step };
    }
  }
  return found;
}

function firstParameter(tensors: ReadonlyMap<string, { readonly data: Float32Array }>): string | undefined {
  for (const [name, { data }] of tensors) if (!data.every(Number.isFinite)) return name;
  return undefined;
}

function placeWords(layers: number, { layer, direction }: Pick<SignalEntry['info'], 'layer' | 'direction'>): string {
  const parts = [...(layers > 1 ? [`of layer ${layer}`] : []), ...(direction === 'reverse' ? ['in reverse'] : [])];
  return parts.length ? ` ${parts.join(' ')}` : '';
}
