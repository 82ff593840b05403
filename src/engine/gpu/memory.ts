/**
 * GPU memory, foretold from shapes alone: what a model, a run of it, the way back and its training take, and the largest
 * shape that a device's limits allow. With M models of a bundle, D directions, N = M·D, T steps, B sequences, widths H, I, P
 * and C (units, inputs, outputs, classes) padded to quads, and a cell's S states, K values that a step leaves behind and Z
 * gradient planes, in bytes:
 *
 *     weights    4 · arena                                  every parameter, as the kernels read it
 *     run        4 · Σ N·B·H·(S·(T + 1) + K·T)              over layers; and what is read
 *     way back   4 · Σ (N·B·H·(S·(T + 1) + Z·T) + M·T·B·I)  over layers; 4 · M·T·B·D·P at the output;
 *                4 · slices · Σ sums + 4 · turned           gradients of the weights, and these turned round;
 *                4 · (M·T·B·(C + 2) + T·B + M)              the head's scores and what is said of them
 *     training   4 · arena · (2 · slots + 1)                the optimiser's slots, and room to read it all;
 *                32 · M · 4,096                             tallies on their way
 *
 * Where a batch has two rows or more for each of V words, what these send to the gates takes 4·N·V·G·H more of the run; in
 * training what comes back there takes twice that, and M·T·B·I of the first layer is not needed.
 *
 * All but the weights is linear in M, T and B, and in H while the weights are the smaller part. Blocks are counted by their
 * own layouts, without their tables. Nowhere counted are uniforms: up to 256 bytes for each step that is a dispatch.
 */
import { LimitError } from '../errors';
import { isRecurrent, type ModelShape } from '../model/spec';
import type { Training } from '../training/training';
import { BlockLayout } from './block_layout';
import type { Gpu } from './device';
import { blockGradientEntries, placesOf } from './gradient_buffers';
import { layerLayout, padded } from './layer_layout';
import { RING, segmentTable, TALLY_WORDS } from './optimizer_step';
import { blockExtent, inputEntries, tokenEntries, type RunShape } from './run_shape';
import { wordGates, wordGradients, wordsAtOnce } from './word_gates';
import { weightLayout, type WeightLayout } from './weight_layout';

/** Bytes of GPU memory, each part with what it needs beside the parts before it. */
export interface MemoryUse {
  readonly weights: number;
  readonly run: number;
  readonly wayBack: number;
  /** 0 where nothing is trained. */
  readonly training: number;
}

/** Bytes of a storage buffer of so many entries: none is smaller than 16. */
function bytesOf(entries: number): number {
  return Math.max(16, 4 * entries);
}

/** What stands in for buffers that a dispatch has no use for, one in each set. */
const NOTHING = bytesOf(4);

/** What a run of that shape will take, and a loss through the model's head if it has one, and its training. */
export function memoryOf(gpu: Gpu, model: ModelShape, shape: RunShape, training?: Pick<Training, 'optimizer' | 'frozen' | 'first' | 'carryState'>): MemoryUse {
  const layout = weightLayout(model);
  const weights = bytesOf(layout.entries);
  const places = placesOf(gpu, layout, shape);
  const toldValues = training?.first.values !== undefined;
  const learning = training && layout.blocks.filter(({ parameter }) => !training.frozen.has(parameter));
  return {
    weights,
    run: runBytes(model, layout, shape),
    wayBack: bytesOf(layout.turnedEntries) + wayBackBytes(model, shape, places.entries, toldValues, training ? wordsAtOnce(model, shape) : 0),
    training: training && learning ? trainingBytes(model, segmentTable(learning, places), training.optimizer.slots.length, weights, training.carryState ? carriedBytes(model, shape) : []) : 0,
  };
}

function runBytes(model: ModelShape, weights: WeightLayout, shape: RunShape): number {
  const { steps, sequences } = shape;
  const read = [inputEntries(model, shape), tokenEntries(weights, shape), sequences];
  const layers = model.layers.flatMap((layer, k) => {
    if (!isRecurrent(layer)) return [new BlockLayout(layer.program, blockExtent(model, shape), 'run').entries];
    const layout = layerLayout(layer, model.layers[k - 1], model.seeds.length, steps, sequences);
    return [layout.states, wordGates(layer, layout, k === 0 ? wordsAtOnce(model, shape) : 0).end];
  });
  return NOTHING + total([...read, ...layers]);
}

/**
 * @param sums - entries of the gradients of the weights @param toldValues - whether the head tells numbers, not classes
 * @param words - that gradients are added up by
 */
function wayBackBytes(model: ModelShape, shape: RunShape, sums: number, toldValues: boolean, words: number): number {
  const { steps, sequences } = shape;
  const models = model.seeds.length;
  const rows = models * steps * sequences;
  const blocks = blockGradientEntries(model, shape, 1, model.layers.length);
  const last = model.layers[model.layers.length - 1];
  const atOutput = isRecurrent(last) ? [rows * last.directions * padded(last.width)] : [];
  const layers = model.layers.flatMap((layer, k) => {
    if (!isRecurrent(layer)) return [];
    const below = model.layers[k - 1];
    const layout = layerLayout(layer, below, models, steps, sequences);
    if (k === 0 && words) return [layout.states, wordGradients(layer, layout, words).end];
    return [layout.states, layout.dGates, ...(below && !isRecurrent(below) ? [] : [rows * layout.inputs])];
  });
  const { classes } = model;
  const head = classes === undefined ? [] : [rows * padded(classes), steps * sequences, 2 * rows, models, ...(toldValues ? [steps * sequences * classes] : [])];
  return NOTHING + total([...(blocks ? [blocks] : []), ...atOutput, ...layers, sums, ...head]);
}

/** @param arena - bytes of the weights @param carried - of what goes on from batch to batch, by layer */
function trainingBytes({ seeds }: ModelShape, { table, groups }: ReturnType<typeof segmentTable>, slots: number, arena: number, carried: readonly number[]): number {
  const models = seeds.length;
  const tallies = RING * models * TALLY_WORDS;
  const kept = carried.reduce((sum, bytes) => sum + bytes, 0);
  const staging = 4 * tallies + (1 + slots) * arena + kept;
  return NOTHING + total([table.length, (slots * arena) / 4, tallies, models * groups * 4]) + kept + staging;
}

/** The last states of each recurrent layer. */
function carriedBytes({ layers, seeds }: ModelShape, { sequences }: RunShape): number[] {
  return layers.flatMap((layer) => (isRecurrent(layer) ? [4 * layer.cell.states.length * seeds.length * layer.directions * sequences * padded(layer.hidden)] : []));
}

function total(entries: readonly number[]): number {
  return entries.reduce((sum, each) => sum + bytesOf(each), 0);
}

/**
 * The largest count that a check lets pass; 0 if not even 1 does.
 * @param check - throws LimitError for every count beyond some, as `checkRun` and `checkStepper` do
 */
export function largestThatFits(check: (count: number) => void): number {
  const fits = (count: number) => {
    try {
      check(count);
      return true;
    } catch (error) {
      if (error instanceof LimitError) return false;
      throw error;
    }
  };
  let [most, tooMany] = [0, 1];
  while (fits(tooMany)) [most, tooMany] = [tooMany, 2 * tooMany];
  while (tooMany - most > 1) {
    const between = Math.floor((most + tooMany) / 2);
    if (fits(between)) most = between;
    else tooMany = between;
  }
  return most;
}
