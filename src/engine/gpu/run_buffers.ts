/**
 * Everything on the GPU that a run of one shape needs: tensors, bind groups, dispatches. Made once and used again by
 * the next run of that shape; between runs it waits in its model's pool.
 */
import type { RecurrentForm } from '../engine';
import { EngineError } from '../errors';
import type { Inputs } from '../model/inputs';
import { isRecurrent, type Layer, type ModelShape, type RecurrentLayer } from '../model/spec';
import { BatchUniform, PLAIN_BATCH } from './batch_uniform';
import type { BlockLayerParts, BlockLayerRun } from './block_layer_run';
import { BufferSet } from './buffer_set';
import { checkFits, checkGrid } from './buffers';
import type { Command } from './command_list';
import type { Gpu } from './device';
import { fetchedBlocks } from './fetched_blocks';
import { bound, boundAll, type ForwardModel } from './gpu_weights';
import { directionStride, layerLayout, outputPlace, padded, statePlace, type LayerLayout } from './layer_layout';
import { layerNumbers } from './layer_numbers';
import { productCommand, productGroups, type Operand } from './linear';
import { packRows, packStates } from './pack';
import { forwardRecurrence, recurrenceCommands } from './recurrence';
import { blockExtent, inputEntries, tokenEntries, type RunShape } from './run_shape';
import { tokenRows } from './token_rows';
import { wordGates, wordsAtOnce, wordVectors } from './word_gates';

/** Throws LimitError if a run of this shape cannot fit, before anything is allocated. */
export function checkRun(gpu: Gpu, model: ModelShape, shape: RunShape): void {
  const { steps, sequences } = shape;
  model.layers.forEach((layer, k) => {
    if (!isRecurrent(layer)) return fetchedBlocks().checkBlock(gpu, layer, k, blockExtent(model, shape));
    const layout = layerLayout(layer, model.layers[k - 1], model.seeds.length, steps, sequences);
    checkFits(gpu, `the gates of layer ${k}`, wordGates(layer, layout, k === 0 ? wordsAtOnce(model, shape) : 0).end);
    checkFits(gpu, `the states of layer ${k}`, layout.states);
    checkGrid(gpu, 'the input product', productGroups(gpu, { models: layout.models, directions: 1, steps, sequences }, layer.cell.gates.length * layout.hidden));
  });
  checkFits(gpu, 'the input', inputEntries(model, shape));
}

/** One layer's part of a run. */
export type LayerRun = RecurrentRun | BlockLayerRun;

/** A recurrent layer's. */
export interface RecurrentRun {
  readonly kind: 'recurrent';
  readonly layer: RecurrentLayer;
  readonly below: Layer | undefined;
  readonly layout: LayerLayout;
  readonly states: GPUBuffer;
  readonly gates: GPUBuffer;
  /** What the layer reads, whole quads a group. */
  readonly source: Operand;
  /** V, where what each word sends to the gates is made once; 0 where each step has its own. */
  readonly words: number;
}

export class RunBuffers {
  readonly #buffers: BufferSet;
  readonly #x: GPUBuffer;
  readonly #inputProducts: (Command | undefined)[];
  readonly #recurrences: Partial<Record<RecurrentForm, readonly Command[]>>[];
  /** Whether the slots of the initial states hold zeros, as they do at first. */
  #startsAtZero = true;
  #fullLengths = false;
  #ends: Int32Array | undefined;
  #destroyed = false;
  readonly tokens: GPUBuffer;
  readonly lengths: GPUBuffer;
  /** How many steps came before. */
  readonly #earlier: GPUBuffer;
  /** What holds for the batch under way. */
  readonly batch: BatchUniform;
  readonly layers: readonly LayerRun[];

  /**
   * @param drops - whether outputs may be dropped in part where the layer above reads them
   * @param remembers - whether a run leaves its own rows behind those of states that grow
   */
  constructor(
    readonly gpu: Gpu,
    readonly model: ModelShape,
    readonly forward: ForwardModel,
    readonly shape: RunShape,
    { drops = false, remembers = false }: { readonly drops?: boolean; readonly remembers?: boolean } = {},
  ) {
    const { steps, sequences } = shape;
    this.#buffers = new BufferSet(gpu);
    this.#x = this.#buffers.storage('x', inputEntries(model, shape));
    this.tokens = this.#buffers.storage('tokens', tokenEntries(forward.layout, shape));
    this.lengths = this.#buffers.storage('lengths', sequences);
    this.#earlier = this.#buffers.uniform('earlier', [0]);
    this.batch = new BatchUniform(gpu.device.queue, this.#buffers.uniform('batch', PLAIN_BATCH));
    const layers: LayerRun[] = [];
    for (const [k, layer] of model.layers.entries()) {
      const below = model.layers[k - 1] as Layer | undefined;
      const source = k === 0 ? this.#given() : { ...outputOf(layers[k - 1], steps), ...(drops && { dropped: { index: k - 1, layer: layers[k - 1].layer } }) };
      if (!isRecurrent(layer)) {
        const { BlockLayerRun } = fetchedBlocks();
        layers.push(new BlockLayerRun(layer, below, this.#blockParts(k, source, remembers)));
        continue;
      }
      const layout = layerLayout(layer, below, model.seeds.length, steps, sequences);
      const words = k === 0 ? wordsAtOnce(model, shape) : 0;
      layers.push({
        kind: 'recurrent',
        layer,
        below,
        layout,
        states: this.#buffers.storage(`states of layer ${k}`, layout.states),
        gates: this.#buffers.storage(`gates of layer ${k}`, wordGates(layer, layout, words).end),
        source,
        words,
      });
    }
    this.layers = layers;
    this.#inputProducts = layers.map((run, k) => (run.kind === 'block' ? undefined : this.#inputProduct(run, k)));
    this.#recurrences = layers.map(() => ({}));
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.#buffers.bytes;
  }

  /** Whether `destroy` was called: the numbers are gone, whoever holds them. */
  get destroyed(): boolean {
    return this.#destroyed;
  }

  /** Sends what a run reads to the GPU. */
  upload(inputs: Inputs): void {
    this.uploadSource(inputs);
    this.beginFrom(inputs);
  }

  /** Puts states before the first step, zeros where none are given. */
  beginFrom({ first, initial, steps, sequences }: Pick<Inputs, 'first' | 'initial' | 'steps' | 'sequences'>): void {
    const { queue } = this.gpu.device;
    this.beginAfter(first);
    const zero = initial.every((states) => states.every((state) => state === undefined));
    if (!zero || !this.#startsAtZero) {
      this.layers.forEach((run, k) => {
        if (run.kind === 'recurrent') writeStates(queue, run, run.states, initial[k], this.model.seeds.length, steps, sequences, 'first');
        else run.beginFrom(initial[k], first);
      });
    }
    this.#startsAtZero = zero;
  }

  /** Sends what is read, but for states. */
  uploadSource({ source, lengths }: Pick<Inputs, 'source' | 'lengths'>): void {
    if (source.kind === 'rows' && this.shape.tableRows) this.#uploadTable(source.table, source.rows);
    this.uploadRead(source.kind === 'rows' ? { tokens: source.tokens, lengths } : { x: source.x, lengths });
  }

  /** Says how many steps came before. */
  beginAfter(steps: number): void {
    this.gpu.device.queue.writeBuffer(this.#earlier, 0, Uint32Array.of(steps));
  }

  /** Sends what is read step by step: tokens or vectors, and where sequences end. */
  uploadRead({ tokens, x, lengths }: { readonly tokens?: Int32Array; readonly x?: Float32Array; readonly lengths: Int32Array | undefined }): void {
    const { queue } = this.gpu.device;
    this.#ends = lengths;
    const { table } = this.forward.layout;
    if (tokens) queue.writeBuffer(this.tokens, 0, table ? tokenRows(tokens, table.rows) : (tokens as Int32Array<ArrayBuffer>));
    if (x) queue.writeBuffer(this.#x, 0, packRows(x, this.model.layers[0].inputs) as Float32Array<ArrayBuffer>);
    if (!lengths && this.#fullLengths) return;
    const { steps, sequences } = this.shape;
    queue.writeBuffer(this.lengths, 0, lengths ? (lengths as Int32Array<ArrayBuffer>) : new Int32Array(sequences).fill(steps));
    this.#fullLengths = lengths === undefined;
  }

  /** [T, B, width] without what stands past a sequence's length. */
  withoutPast(rows: Float32Array): Float32Array {
    if (!this.#ends) return rows;
    const { steps, sequences } = this.shape;
    const width = rows.length / (steps * sequences);
    const kept = rows.slice();
    this.#ends.forEach((length, b) => {
      for (let t = length; t < steps; t++) kept.fill(0, (t * sequences + b) * width, (t * sequences + b + 1) * width);
    });
    return kept;
  }

  /** All dispatches of a run, layer after layer, each in its form. */
  commands(forms: readonly RecurrentForm[]): Command[] {
    return this.layers.flatMap((run, k) => (run.kind === 'block' ? run.run.commands : [this.#inputProducts[k]!, ...this.recurrence(k, forms[k])]));
  }

  /** Settles once what blocks do not keep can be drawn. Rejects with EngineError if a shader does not compile. */
  async readyToShow(): Promise<void> {
    await Promise.all(this.layers.flatMap((run) => (run.kind === 'block' ? run.showKernels.map(({ ready }) => ready) : [])));
  }

  /** What was drawn and not kept was another run's. */
  forgetShown(): void {
    for (const run of this.layers) if (run.kind === 'block') run.shown.forget();
  }

  /** What makes what is drawn and not kept again, behind a repetition of the run, or of the way back. */
  shownCommands(gradients: boolean): Command[] {
    return this.layers.flatMap((run) => (run.kind === 'block' ? run.shown.commands(gradients) : []));
  }

  /** The dispatches of a recurrent layer's steps. */
  recurrence(k: number, form: RecurrentForm): readonly Command[] {
    return (this.#recurrences[k][form] ??= this.#recurrence(k, form));
  }

  destroy(): void {
    this.#destroyed = true;
    this.#buffers.destroy();
  }

  /** a_ih of every step, or of every word. */
  #inputProduct({ layer, layout, source, gates, words }: RecurrentRun, k: number): Command {
    const { forward } = this;
    const { w_ih, b_ih } = forward.layout.layers[k]!;
    const { steps, sequences } = words ? { steps: 1, sequences: words } : this.shape;
    const rows = { models: layout.models, directions: layer.directions, steps, sequences };
    const columns = layer.cell.gates.length * layout.hidden;
    const weights = { w: bound(forward.weights, w_ih), bias: bound(forward.weights, b_ih), inner: layout.inputs, columns };
    const sides = words ? { y: bound(gates, wordGates(layer, layout, words)), row: columns } : { y: gates, row: layout.planes * layout.hidden };
    return productCommand(this.#buffers, forward.kernels, this.batch.buffer, `input product of layer ${k}`, rows, words ? wordVectors(forward) : source, { ...weights, ...sides });
  }

  #recurrence(k: number, form: RecurrentForm): readonly Command[] {
    const { layer, layout, states, gates, words } = recurrentRun(this.layers[k]);
    const { weights, layout: places, kernels } = this.forward;
    const { steps, sequences } = this.shape;
    const buffers = {
      ...boundAll(weights, places.layers[k]!, ['w_hh', 'b_hh', 'own']),
      layer: this.#buffers.uniform(`sizes of layer ${k}`, layerNumbers(layer, layout, steps, sequences, { words })),
      lengths: this.lengths,
      tokens: this.tokens,
      states,
      gates,
    };
    return recurrenceCommands(form, forwardRecurrence(this.gpu, layer, this.model.seeds.length, sequences), steps, kernels, this.#buffers, buffers);
  }

  #blockParts(k: number, source: Operand, remembers: boolean): BlockLayerParts {
    const { forward, model, shape } = this;
    return {
      buffers: this.#buffers,
      extent: blockExtent(model, shape),
      kernels: forward.kernels,
      weights: forward.weights,
      places: forward.layout.programs[k]!,
      lengths: this.lengths,
      batch: this.batch.buffer,
      earlier: this.#earlier,
      remembers,
      source,
      label: `layer ${k}`,
    };
  }

  #uploadTable(values: Float32Array, count: number): void {
    const width = this.model.layers[0].inputs;
    const table = packRows(values, width) as Float32Array<ArrayBuffer>;
    const rows = count * padded(width);
    for (let m = 0; m < this.model.seeds.length; m++) {
      this.gpu.device.queue.writeBuffer(this.#x, 4 * m * this.shape.tableRows * padded(width), table, m * rows, rows);
    }
  }

  /** What layer 0 reads: the vectors given, rows of the embedding, or of the run's own table. */
  #given(): Operand {
    const { sequences, tableRows } = this.shape;
    const width = padded(this.model.layers[0].inputs);
    const whole = { offset: 0, groupStride: 0, groupWidth: width, activation: 'identity' } as const;
    const { table } = this.forward.layout;
    if (table) return { buffer: bound(this.forward.weights, table), tokens: this.tokens, place: { ...whole, modelStride: table.rows * width, stepStride: width, sequenceStride: 0 } };
    if (tableRows) return { buffer: this.#x, tokens: this.tokens, place: { ...whole, modelStride: tableRows * width, stepStride: width, sequenceStride: 0 } };
    return { buffer: this.#x, place: { ...whole, modelStride: 0, stepStride: sequences * width, sequenceStride: width } };
  }
}

/** Throws EngineError for a block. */
export function recurrentRun(run: LayerRun): RecurrentRun {
  if (run.kind === 'recurrent') return run;
  throw new EngineError('layer', `${run.layer.block.title} has no recurrence.`);
}

/** The output of a layer as the one above reads it. */
export function outputOf(run: LayerRun, steps: number): Operand {
  if (run.kind === 'block') return run.output;
  const { layer, layout, states } = run;
  return { buffer: states, place: outputPlace(layer, layout, steps, layout.width) };
}

/** The h that each step of a layer started from. */
export function previousOutput({ layer, layout, states }: RecurrentRun, steps: number): Operand {
  return { buffer: states, place: statePlace(layer, layout, steps, 0, false, 'before'), directionStride: directionStride(layout, 'before') };
}

/** Writes states [D, B, width] of every model into the slot before the first step read, or after the last. */
export function writeStates(
  queue: GPUQueue,
  run: Pick<RecurrentRun, 'layer' | 'layout'>,
  buffer: GPUBuffer,
  values: readonly (Float32Array | undefined)[],
  models: number,
  steps: number,
  sequences: number,
  slot: 'first' | 'last',
): void {
  const packed = packStates(values, run.layer, models, sequences) as Float32Array<ArrayBuffer>;
  stateSlots(run, steps, slot).forEach((offset, i) => queue.writeBuffer(buffer, 4 * offset, packed, i * run.layout.slot, run.layout.slot));
}

/** Where the slot before the first step read, or after the last, lies for each state and each of N = models · directions. */
export function stateSlots({ layer, layout }: Pick<RecurrentRun, 'layer' | 'layout'>, steps: number, slot: 'first' | 'last'): number[] {
  return layer.cell.states.flatMap((_, s) =>
    Array.from({ length: layout.models }, (__, n) => {
      const { offset } = statePlace(layer, layout, steps, s, n % layer.directions === 1, slot);
      return offset + Math.floor(n / layer.directions) * layer.directions * layout.modelStates;
    }),
  );
}
