/**
 * Everything on the GPU that carrying gradients back through a run needs, beside the run's own buffers. Made at the
 * first backward pass of a shape and kept with it.
 */
import type { OutputEntry, RecurrentForm } from '../engine';
import { OptionError } from '../errors';
import type { CheckedLoss } from '../model/loss';
import { isRecurrent, layerStates, type ModelShape } from '../model/spec';
import { BlockBack, homeOf } from './block_back';
import type { BlockLayerRun } from './block_layer_run';
import { BlockLayout, Room } from './block_layout';
import { BlockPicking } from './block_picking';
import { linearGroups } from './block_commands';
import { packState, writeState } from './block_states';
import { BufferSet } from './buffer_set';
import { checkFits, checkGrid } from './buffers';
import type { Command } from './command_list';
import type { Gpu } from './device';
import { bound, boundAll, type BackwardModel } from './gpu_weights';
import { HeadGradient, type LossKind } from './head_gradient';
import { layerLayout, padded, planePlace, type LayerLayout } from './layer_layout';
import { layerNumbers } from './layer_numbers';
import { productCommand, productGroups } from './linear';
import { outerSumCommands, slicesFor, type SumJob } from './outer_sums';
import { packRows } from './pack';
import { backwardRecurrence, recurrenceCommands } from './recurrence';
import type { Bound } from './kernel';
import { recurrentRun, writeStates, type RecurrentRun, type RunBuffers } from './run_buffers';
import { blockExtent, isClosed, type BlockShape, type RunShape } from './run_shape';
import type { WeightLayout } from './weight_layout';
import { allSums, headJob, layerJobs, sumPlaces, tableJob, wordTableJob, type SumPlaces } from './weight_sums';
import { wordGradients, wordsAtOnce, wordSumsCommand } from './word_gates';

/** Where gradients at the output or the input of a layer lie, counted in entries. */
export interface Arriving {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly entries: number;
}

export type LayerGradient = RecurrentGradient | BlockGradient;

/** A block's. */
export interface BlockGradient {
  readonly kind: 'block';
  readonly back: BlockBack;
  readonly d_y: Arriving;
  readonly d_x: Arriving;
  /** Where each row's loss is one entry of the output: what lays it there. */
  readonly picking: BlockPicking | undefined;
}

/** A recurrent layer's. */
export interface RecurrentGradient {
  readonly kind: 'recurrent';
  readonly layout: LayerLayout;
  readonly d_y: Arriving;
  readonly d_states: GPUBuffer;
  readonly d_gates: GPUBuffer;
  readonly d_x: Arriving;
  readonly recurrences: Partial<Record<RecurrentForm, readonly Command[]>>;
  /** V, where they are added up by word before they go on to the weights and the words' vectors; d_x is not made then. Else 0. */
  readonly words: number;
  /** What takes gradients on from the gates: to the input, or to each word. */
  readonly onward: Command;
}

/** What a backward pass is for: one loss and all parameters, or many losses at once and the inputs alone. */
export interface GradientPurpose {
  /** How many layers, from the lowest: the loss is at the output of the last of them. */
  readonly layers: number;
  /** Rows of gradients for each sequence. */
  readonly rows: number;
  /** Whether each row's loss is one entry of the output. */
  readonly picked: boolean;
  readonly parameters: boolean;
  /** Whether the gradients of initial states are wanted, and those of inputs that are no parameters. */
  readonly beginnings: boolean;
  readonly loss: LossKind;
}

/** One loss, and the gradients of everything. */
export function oneLoss({ layers }: ModelShape): GradientPurpose {
  return { layers: layers.length, rows: 1, picked: false, parameters: true, beginnings: true, loss: 'cross-entropy' };
}

/** One loss, and the gradients of the parameters alone. */
export function training({ layers }: ModelShape, loss: LossKind): GradientPurpose {
  return { layers: layers.length, rows: 1, picked: false, parameters: true, beginnings: false, loss };
}

/** V, where a layer's gradients are added up by word; 0 where the gradients at the input itself are wanted, or more rows of them. */
export function wordsBack(words: number, { parameters, beginnings, rows }: GradientPurpose): number {
  return parameters && !beginnings && rows === 1 ? words : 0;
}

/** Throws LimitError for gradients of a run of that shape that cannot fit. */
export function checkGradients(gpu: Gpu, model: ModelShape, weights: WeightLayout, shape: RunShape, purpose: GradientPurpose): void {
  const { layers, rows, parameters } = purpose;
  const models = model.seeds.length;
  const { steps, sequences } = shape;
  checkFits(gpu, 'the gradients of attention and scans', blockGradientEntries(model, shape, rows, layers));
  checkGrid(gpu, 'the products back', linearGroups({ models, steps, sequences: sequences * rows }, 4));
  model.layers.slice(0, layers).forEach((layer, k) => {
    if (!isRecurrent(layer)) return;
    const layout = layerLayout(layer, model.layers[k - 1], models, steps, sequences * rows);
    const words = k === 0 ? wordsBack(wordsAtOnce(model, shape), purpose) : 0;
    checkFits(gpu, `the gradients at the gates of layer ${k}`, wordGradients(layer, layout, words).end);
    checkFits(gpu, `the gradients at the states of layer ${k}`, layout.states);
    if (words) return;
    checkFits(gpu, `the gradients at the input of layer ${k}`, models * steps * sequences * rows * layout.inputs);
    checkGrid(gpu, 'the product back to the input', productGroups(gpu, { models, directions: 1, steps, sequences: sequences * rows }, layout.inputs));
  });
  if (!parameters) return;
  checkFits(gpu, 'the gradients of the weights', placesOf(gpu, weights, shape).entries);
  if (model.classes !== undefined) checkFits(gpu, "the head's scores", models * steps * sequences * padded(model.classes));
}

/** Entries that the gradients of all blocks take together. */
export function blockGradientEntries(model: ModelShape, shape: BlockShape, rows: number, layers: number): number {
  return blockLayouts(model, shape, rows, layers).room.end;
}

/** Where the gradients of blocks lie, all in one buffer: what one leaves at its input is what arrives at the output of the one below. */
function blockLayouts(model: ModelShape, shape: BlockShape, rows: number, layers: number): { readonly room: Room; readonly layouts: readonly (BlockLayout | undefined)[] } {
  const room = new Room();
  const layouts: (BlockLayout | undefined)[] = [];
  for (let k = layers - 1; k >= 0; k--) {
    const layer = model.layers[k];
    const above = layouts[0];
    const program = model.layers[k + 1];
    const output = above && program && !isRecurrent(program) ? above.strip(homeOf(program.program, 'x')) : undefined;
    layouts.unshift(isRecurrent(layer) ? undefined : new BlockLayout(layer.program, blockExtent(model, shape, rows), 'gradients', room, output));
  }
  return { room, layouts };
}

/** Where the sums that are the gradients of the weights lie. */
export function placesOf(gpu: Gpu, weights: WeightLayout, { steps, sequences }: RunShape): SumPlaces {
  const sums = allSums(weights);
  return sumPlaces(sums, slicesFor(gpu, steps * sequences, sums));
}

export class GradientBuffers {
  readonly #buffers: BufferSet;
  readonly layers: readonly LayerGradient[];
  readonly head: HeadGradient | undefined;
  /** All sums of weights' gradients, in slices; and where each is. */
  readonly gradients: GPUBuffer | undefined;
  readonly places: SumPlaces;
  /** The sums of each layer, made when first needed; the last one's with the head's, or without. */
  readonly #sums = new Map<string, readonly Command[]>();
  readonly #d_tensors: GPUBuffer;
  readonly #blocks: readonly (BlockLayout | undefined)[];

  /** Throws LimitError, before anything is allocated, for gradients that cannot fit. */
  constructor(
    readonly run: RunBuffers,
    private readonly backward: BackwardModel,
    readonly purpose: GradientPurpose,
  ) {
    this.places = placesOf(run.gpu, run.forward.layout, run.shape);
    checkGradients(run.gpu, run.model, run.forward.layout, run.shape, purpose);
    this.#buffers = new BufferSet(run.gpu);
    const { room, layouts } = blockLayouts(run.model, run.shape, purpose.rows, purpose.layers);
    this.#d_tensors = room.end ? this.#buffers.storage('gradients of blocks', room.end) : this.#buffers.nothing;
    this.#blocks = layouts;
    const layers: LayerGradient[] = [];
    for (let k = purpose.layers - 1; k >= 0; k--) layers.unshift(this.#layer(k, layers[0]?.d_x));
    this.layers = layers;
    this.gradients = purpose.parameters ? this.#buffers.storage('gradients', this.places.entries) : undefined;
    const atOutput = boundTo(layers[layers.length - 1].d_y);
    this.head = run.forward.layout.head && purpose.parameters ? new HeadGradient(run, backward, this.#buffers, purpose.loss, atOutput) : undefined;
  }

  get bytes(): number {
    return this.#buffers.bytes;
  }

  /** Rows of gradients, over all sequences. */
  get #rows(): number {
    return this.run.shape.sequences * this.purpose.rows;
  }

  /** Sends a loss to the GPU, and clears what no loss reaches. */
  upload(encoder: GPUCommandEncoder, loss: CheckedLoss): void {
    const { queue } = this.run.gpu.device;
    const { steps, sequences } = this.run.shape;
    const models = this.run.model.seeds.length;
    const top = loss.kind === 'cotangents' ? loss.layer : this.layers.length - 1;
    const at = this.layers[top].d_y;
    this.layers.forEach((gradient, k) => {
      if (k > top) return clearLayer(encoder, gradient, at);
      const { layer } = this.run.layers[k];
      const d_final = loss.kind === 'cotangents' ? loss.d_final[k] : layerStates(layer).map(() => undefined);
      if (gradient.kind === 'recurrent') return writeStates(queue, { ...recurrentRun(this.run.layers[k]), layout: gradient.layout }, gradient.d_states, d_final, models, steps, sequences, 'last');
      layerStates(layer).forEach(({ name, grows }, s) => {
        if (!grows) writeState(queue, this.#d_tensors, gradient.back.layout, name, 'after', d_final[s]);
        else if (d_final[s]) throw new OptionError('d_states', `d_states: ${name} of layer ${k} grows with every step, and the GPU takes no gradient back from it; use an engine made with createEngine({ device: 'cpu' }).`);
      });
    });
    if (loss.kind === 'cross-entropy') {
      this.run.batch.write({ weight: 1 / loss.count });
      return this.head!.upload(loss.targets, undefined);
    }
    this.run.batch.write({ weight: 0 });
    encoder.clearBuffer(this.gradients!); // a loss that does not come through the head, or not from the top, leaves none there
    if (!loss.d_y) return clear(encoder, at);
    const { layer } = this.run.layers[top];
    const gradient = this.layers[top];
    const packed = gradient.kind === 'recurrent' ? (packRows(loss.d_y, layer.width) as Float32Array<ArrayBuffer>) : packState(gradient.back.strip(gradient.back.layout.program.output), this.run.withoutPast(loss.d_y));
    for (let m = 0; m < models; m++) queue.writeBuffer(at.buffer, 4 * (at.offset + m * packed.length), packed);
  }

  /**
   * Ends a pass. A loss below the top was laid where the gradient at the input of the layer above would be, which is 0
   * since no loss reaches that layer. Where it is a block's, the gradient at its output is a signal and stays, see `isUnfelt`.
   */
  finish(encoder: GPUCommandEncoder, loss: CheckedLoss): void {
    if (loss.kind !== 'cotangents' || loss.layer === this.layers.length - 1) return;
    const { kind, d_y } = this.layers[loss.layer];
    if (kind === 'recurrent') clear(encoder, d_y);
  }

  /** Whether a layer's input feels nothing of a loss, while the loss is laid where the gradient there would be. */
  isUnfelt(loss: CheckedLoss, k: number): boolean {
    return loss.kind === 'cotangents' && loss.layer === k - 1 && this.layers[loss.layer].kind === 'block';
  }

  /** Names the one entry of the output that is each row's loss, of the rows of one sequence; other rows have none. */
  uploadPicks(encoder: GPUCommandEncoder, picks: readonly OutputEntry[], sequence: number): void {
    const { queue } = this.run.gpu.device;
    const first = sequence * this.purpose.rows;
    const top = this.layers[this.layers.length - 1];
    if (top.kind === 'block') top.picking!.upload(picks, first);
    else {
      const names = new Float32Array(4 * this.#rows).fill(-1);
      picks.forEach(({ step, direction, unit }, i) => names.set([step, direction, unit, 0], 4 * (first + i)));
      queue.writeBuffer(top.d_y.buffer, 0, names);
    }
    for (const layer of this.layers) if (layer.kind === 'recurrent') encoder.clearBuffer(layer.d_states);
  }

  /** All dispatches, from the loss down to the inputs and parameters. */
  commands(loss: 'head' | { readonly layer: number }, forms: readonly RecurrentForm[]): Command[] {
    const top = loss === 'head' ? this.layers.length - 1 : loss.layer;
    const throughLayers = this.layers
      .slice(0, top + 1)
      .map((layer, k) => [
        ...(layer.kind === 'block' ? [...(layer.picking?.commands ?? []), ...layer.back.commands] : this.#recurrence(layer, k, forms[k])),
        ...(layer.kind === 'recurrent' && (k > 0 || this.purpose.beginnings || this.run.forward.layout.table) ? [layer.onward] : []),
        ...(this.purpose.parameters ? this.#sumsOf(k, loss === 'head') : []),
      ])
      .toReversed()
      .flat();
    return [...(loss === 'head' ? this.head!.commands : []), ...throughLayers];
  }

  destroy(): void {
    this.#buffers.destroy();
  }

  #layer(k: number, d_y: Arriving | undefined): LayerGradient {
    const { run, purpose } = this;
    const own = run.layers[k];
    if (own.kind === 'block') return this.#blockLayer(own, k);
    const { layer, below } = own;
    const { steps } = run.shape;
    const models = run.model.seeds.length;
    const layout = layerLayout(layer, below, models, steps, this.#rows);
    const storage = (label: string, entries: number) => this.#buffers.storage(`${label} of layer ${k}`, entries);
    const picked = purpose.picked && k === purpose.layers - 1;
    const lower = this.#blocks[k - 1];
    const words = wordsBack(own.words, purpose);
    const parts = {
      kind: 'recurrent' as const,
      layout,
      words,
      d_y: d_y ?? whole(storage('d_y', picked ? 4 * this.#rows : models * steps * this.#rows * layer.directions * layout.width)),
      d_states: storage('d_states', layout.states),
      d_gates: storage('d_gates', wordGradients(layer, layout, words).end),
      d_x: words ? whole(this.#buffers.nothing) : lower ? arrivingAt(this.#d_tensors, lower, lower.program.output) : whole(storage('d_x', models * steps * this.#rows * layout.inputs)),
    };
    const onward = words ? wordSumsCommand(this.#buffers, run.forward.kernels, { ...run.shape, layer, layout, words }, { ...parts, tokens: run.tokens }) : this.#toInput(own, k, parts);
    return { ...parts, recurrences: {}, onward };
  }

  #blockLayer({ run: block, layer, source }: BlockLayerRun, k: number): BlockGradient {
    const { purpose, backward } = this;
    const layout = this.#blocks[k]!;
    const back = new BlockBack({ buffers: this.#buffers, run: block, turned: backward.turned, each: purpose.rows, layout, d_tensors: this.#d_tensors, dropped: source.dropped });
    const picking = purpose.picked && k === purpose.layers - 1 ? new BlockPicking(this.#buffers, this.run.forward.kernels, layout, this.#d_tensors) : undefined;
    return { kind: 'block', back, d_y: arrivingAt(this.#d_tensors, layout, layer.program.output), d_x: arrivingAt(this.#d_tensors, layout, homeOf(layer.program, 'x')), picking };
  }

  #recurrence({ recurrences, layout, d_y, d_states, d_gates }: RecurrentGradient, k: number, form: RecurrentForm): readonly Command[] {
    const { run, purpose, backward } = this;
    const { layer, states, gates, layout: ofRun } = recurrentRun(run.layers[k]);
    const { steps, sequences } = run.shape;
    return (recurrences[form] ??= (() => {
      const picked = purpose.picked && k === purpose.layers - 1;
      const runLayout = { ...layout, planes: ofRun.planes };
      const buffers = {
        ...boundAll(backward.turned, run.forward.layout.layers[k]!, ['w_hh_turned', 'own_turned']),
        layer: this.#buffers.uniform(`sizes of layer ${k}`, layerNumbers(layer, runLayout, steps, sequences, { rows: purpose.rows, picked })),
        lengths: run.lengths,
        gates,
        states,
        d_y: boundTo(d_y),
        d_states,
        d_gates,
      };
      const recurrence = backwardRecurrence(run.gpu, layer, run.model.seeds.length, this.#rows, purpose.beginnings);
      return recurrenceCommands(form, recurrence, steps, run.forward.kernels, this.#buffers, buffers);
    })());
  }

  /** d_x = Σ over directions and gates of d_a · w_ih. */
  #toInput({ layer, source }: RecurrentRun, k: number, { layout, d_gates, d_x }: Pick<RecurrentGradient, 'layout' | 'd_gates' | 'd_x'>): Command {
    const { run, backward } = this;
    const rows = { models: run.model.seeds.length, directions: 1, steps: run.shape.steps, sequences: this.#rows };
    const columns = layer.cell.gates.length * layout.hidden;
    const place = { ...planePlace(layer, layout, 0, false, 'gradients'), groupStride: layout.modelGradients, groupWidth: columns };
    const w = bound(backward.turned, run.forward.layout.layers[k]!.w_ih_turned);
    const sides = { w, y: boundTo(d_x), inner: layer.directions * columns, columns: layout.inputs, row: layout.inputs, dropped: source.dropped };
    return productCommand(this.#buffers, run.forward.kernels, run.batch.buffer, `gradient at the input of layer ${k}`, rows, { buffer: d_gates, place }, sides);
  }

  /** The dispatches that make the sums of a layer; of the last one with the head's, of the first one with the embedding's. */
  #sumsOf(k: number, throughHead: boolean): readonly Command[] {
    const { run, layers, head, places, gradients } = this;
    const withHead = throughHead && k === layers.length - 1;
    const key = `${k} ${withHead}`;
    const known = this.#sums.get(key);
    if (known) return known;
    const { sums } = run.forward.layout;
    const own = layers[k];
    const jobs = [
      ...(own.kind === 'block' ? own.back.sumJobs() : layerJobs(run, k, own, sums.layers[k]!)),
      ...(withHead ? [headJob(run, head!.d_logits, sums.head!)] : []),
      ...(k === 0 && isClosed(run.model) ? [this.#tableJob(layers[0])] : []),
    ];
    const rows = { ...run.shape, tokens: run.tokens, batch: run.batch.buffer, gradients: gradients! };
    const made = [
      ...(own.kind === 'block' ? own.back.positionSums(gradients!, (sum) => places.offsets.get(sum)!) : []),
      ...outerSumCommands(this.#buffers, run.forward.kernels, `sums of layer ${k}`, rows, jobs, places),
    ];
    this.#sums.set(key, made);
    return made;
  }

  /** The sum that is the gradient of the words' vectors. */
  #tableJob(lowest: LayerGradient): SumJob {
    const { run, backward } = this;
    const { sums, layers } = run.forward.layout;
    if (lowest.kind === 'block' || lowest.words === 0) return tableJob(run.shape, lowest.d_x, sums.table!);
    return wordTableJob({ ...lowest, layer: recurrentRun(run.layers[0]).layer }, bound(backward.turned, layers[0]!.w_ih_turned), sums.table!);
  }
}

/** A whole buffer. */
function whole(buffer: GPUBuffer): Arriving {
  return { buffer, offset: 0, entries: buffer.size / 4 };
}

/** A tensor of a block's gradients. */
function arrivingAt(buffer: GPUBuffer, layout: BlockLayout, name: string): Arriving {
  const { offset, row } = layout.strip(name);
  const { models, steps, sequences } = layout.extent;
  return { buffer, offset, entries: models * steps * sequences * row };
}

export function boundTo({ buffer, offset, entries }: Arriving): Bound {
  return { buffer, offset: 4 * offset, size: 4 * entries };
}

function clear(encoder: GPUCommandEncoder, { buffer, offset, entries }: Arriving): void {
  encoder.clearBuffer(buffer, 4 * offset, 4 * entries);
}

/** Clears what no loss reaches in a layer, but for the place where a loss is laid that begins below it. */
function clearLayer(encoder: GPUCommandEncoder, gradient: LayerGradient, laid: Arriving): void {
  if (gradient.kind === 'recurrent') {
    for (const part of [whole(gradient.d_states), whole(gradient.d_gates), gradient.d_y]) clear(encoder, part);
    return;
  }
  const { d_tensors: buffer, layout } = gradient.back;
  const { from, to } = layout;
  const [start, end] = laid.buffer === buffer ? [laid.offset, laid.offset + laid.entries] : [to, to];
  for (const [first, last] of [[from, Math.min(to, Math.max(from, start))], [Math.max(from, Math.min(to, end)), to]]) if (last > first) clear(encoder, { buffer, offset: first, entries: last - first });
}
