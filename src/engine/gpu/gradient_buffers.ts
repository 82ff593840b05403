/**
 * Everything on the GPU that carrying gradients back through a run needs, beside the run's own buffers. Made at the
 * first backward pass of a shape and kept with it.
 */
import type { OutputEntry, RecurrentForm } from '../engine';
import type { CheckedLoss } from '../model/loss';
import type { RecurrentModel as ModelShape } from '../model/spec';
import { BufferSet } from './buffer_set';
import { checkFits, checkGrid } from './buffers';
import type { Command } from './command_list';
import type { Gpu } from './device';
import { bound, boundAll, type BackwardModel } from './gpu_weights';
import { HeadGradient, type LossKind } from './head_gradient';
import { layerLayout, padded, planePlace, type LayerLayout } from './layer_layout';
import { layerNumbers } from './layer_numbers';
import { outerSumCommands, productCommand, productGroups, slicesFor } from './linear';
import { packRows } from './pack';
import { backwardRecurrence, recurrenceCommands } from './recurrence';
import { isClosed, writeStates, type RunBuffers, type RunShape } from './run_buffers';
import type { WeightLayout } from './weight_layout';
import { allSums, headJob, layerJobs, sumPlaces, tableJob, type SumPlaces } from './weight_sums';

export interface LayerGradient {
  readonly layout: LayerLayout;
  readonly d_y: GPUBuffer;
  readonly d_states: GPUBuffer;
  readonly d_gates: GPUBuffer;
  readonly d_x: GPUBuffer;
  readonly recurrences: Partial<Record<RecurrentForm, readonly Command[]>>;
  readonly toInput: Command;
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

/** Throws LimitError for gradients of a run of that shape that cannot fit. */
export function checkGradients(gpu: Gpu, model: ModelShape, weights: WeightLayout, { steps, sequences, ...shape }: RunShape, { layers, rows, parameters }: GradientPurpose): void {
  const models = model.seeds.length;
  model.layers.slice(0, layers).forEach((layer, k) => {
    const layout = layerLayout(layer, model.layers[k - 1], models, steps, sequences * rows);
    checkFits(gpu, `the gradients at the gates of layer ${k}`, layout.dGates);
    checkFits(gpu, `the gradients at the states of layer ${k}`, layout.states);
    checkFits(gpu, `the gradients at the input of layer ${k}`, models * steps * sequences * rows * layout.inputs);
    checkGrid(gpu, 'the product back to the input', productGroups(gpu, { models, directions: 1, steps, sequences: sequences * rows }, layout.inputs));
  });
  if (!parameters) return;
  checkFits(gpu, 'the gradients of the weights', placesOf(gpu, weights, { ...shape, steps, sequences }).entries);
  if (model.classes !== undefined) checkFits(gpu, "the head's scores", models * steps * sequences * padded(model.classes));
}

function placesOf(gpu: Gpu, weights: WeightLayout, { steps, sequences }: RunShape): SumPlaces {
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

  /** Throws LimitError, before anything is allocated, for gradients that cannot fit. */
  constructor(
    readonly run: RunBuffers,
    private readonly backward: BackwardModel,
    readonly purpose: GradientPurpose,
  ) {
    this.places = placesOf(run.gpu, run.forward.layout, run.shape);
    checkGradients(run.gpu, run.model, run.forward.layout, run.shape, purpose);
    this.#buffers = new BufferSet(run.gpu);
    const layers: LayerGradient[] = [];
    for (let k = purpose.layers - 1; k >= 0; k--) layers.unshift(this.#layer(k, layers[0]?.d_x));
    this.layers = layers;
    this.gradients = purpose.parameters ? this.#buffers.storage('gradients', this.places.entries) : undefined;
    const atOutput = layers[layers.length - 1].d_y;
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
    this.layers.forEach(({ d_states, d_gates, d_y, layout }, k) => {
      if (k > top) {
        for (const buffer of [d_states, d_gates, d_y]) encoder.clearBuffer(buffer);
        return;
      }
      const d_final = loss.kind === 'cotangents' ? loss.d_final[k] : this.run.layers[k].layer.cell.states.map(() => undefined);
      writeStates(queue, { ...this.run.layers[k], layout }, d_states, d_final, models, steps, sequences, 'last');
    });
    if (loss.kind === 'cross-entropy') {
      this.run.batch.write({ weight: 1 / loss.count });
      return this.head!.upload(loss.targets, undefined);
    }
    this.run.batch.write({ weight: 0 });
    encoder.clearBuffer(this.gradients!); // a loss that does not come through the head, or not from the top, leaves none there
    const { d_y } = this.layers[top];
    if (!loss.d_y) return encoder.clearBuffer(d_y);
    const packed = packRows(loss.d_y, this.run.layers[top].layer.width) as Float32Array<ArrayBuffer>;
    for (let m = 0; m < models; m++) queue.writeBuffer(d_y, 4 * m * packed.length, packed);
  }

  /**
   * Ends a pass. A loss below the top was laid where the gradient at the input of the layer above would be, which is 0
   * since no loss reaches that layer.
   */
  finish(encoder: GPUCommandEncoder, loss: CheckedLoss): void {
    if (loss.kind === 'cotangents' && loss.layer < this.layers.length - 1) encoder.clearBuffer(this.layers[loss.layer].d_y);
  }

  /** Names the one entry of the output that is each row's loss, of the rows of one sequence; other rows have none. */
  uploadPicks(encoder: GPUCommandEncoder, picks: readonly OutputEntry[], sequence: number): void {
    const { queue } = this.run.gpu.device;
    const { rows } = this.purpose;
    const names = new Float32Array(4 * this.#rows).fill(-1);
    picks.forEach(({ step, direction, unit }, i) => names.set([step, direction, unit, 0], 4 * (sequence * rows + i)));
    queue.writeBuffer(this.layers[this.layers.length - 1].d_y, 0, names);
    for (const { d_states } of this.layers) encoder.clearBuffer(d_states);
  }

  /** All dispatches, from the loss down to the inputs and parameters. */
  commands(loss: 'head' | { readonly layer: number }, forms: readonly RecurrentForm[]): Command[] {
    const top = loss === 'head' ? this.layers.length - 1 : loss.layer;
    const throughLayers = this.layers
      .slice(0, top + 1)
      .map((layer, k) => [
        ...this.#recurrence(k, forms[k]),
        ...(k > 0 || this.purpose.beginnings || this.run.forward.layout.table ? [layer.toInput] : []),
        ...(this.purpose.parameters ? this.#sumsOf(k, loss === 'head') : []),
      ])
      .toReversed()
      .flat();
    return [...(loss === 'head' ? this.head!.commands : []), ...throughLayers];
  }

  destroy(): void {
    this.#buffers.destroy();
  }

  #layer(k: number, d_y: GPUBuffer | undefined): LayerGradient {
    const { run, purpose } = this;
    const { layer, below } = run.layers[k];
    const { steps } = run.shape;
    const models = run.model.seeds.length;
    const layout = layerLayout(layer, below, models, steps, this.#rows);
    const storage = (label: string, entries: number) => this.#buffers.storage(`${label} of layer ${k}`, entries);
    const picked = purpose.picked && k === purpose.layers - 1;
    const parts = {
      layout,
      d_y: d_y ?? storage('d_y', picked ? 4 * this.#rows : models * steps * this.#rows * layer.directions * layout.width),
      d_states: storage('d_states', layout.states),
      d_gates: storage('d_gates', layout.dGates),
      d_x: storage('d_x', models * steps * this.#rows * layout.inputs),
    };
    return { ...parts, recurrences: {}, toInput: this.#toInput(k, parts) };
  }

  #recurrence(k: number, form: RecurrentForm): readonly Command[] {
    const { recurrences, layout, d_y, d_states, d_gates } = this.layers[k];
    const { run, purpose, backward } = this;
    const { layer, states, gates } = run.layers[k];
    const { steps, sequences } = run.shape;
    return (recurrences[form] ??= (() => {
      const picked = purpose.picked && k === purpose.layers - 1;
      const runLayout = { ...layout, planes: run.layers[k].layout.planes };
      const buffers = {
        ...boundAll(backward.turned, run.forward.layout.layers[k], ['w_hh_turned', 'own_turned']),
        layer: this.#buffers.uniform(`sizes of layer ${k}`, layerNumbers(layer, runLayout, steps, sequences, purpose.rows, picked)),
        lengths: run.lengths,
        gates,
        states,
        d_y,
        d_states,
        d_gates,
      };
      const recurrence = backwardRecurrence(run.gpu, layer, run.model.seeds.length, this.#rows, purpose.beginnings);
      return recurrenceCommands(form, recurrence, steps, run.forward.kernels, this.#buffers, buffers);
    })());
  }

  /** d_x = Σ over directions and gates of d_a · w_ih. */
  #toInput(k: number, { layout, d_gates, d_x }: Pick<LayerGradient, 'layout' | 'd_gates' | 'd_x'>): Command {
    const { run, backward } = this;
    const { layer, source } = run.layers[k];
    const rows = { models: run.model.seeds.length, directions: 1, steps: run.shape.steps, sequences: this.#rows };
    const columns = layer.cell.gates.length * layout.hidden;
    const place = { ...planePlace(layer, layout, 0, false, 'gradients'), groupStride: layout.modelGradients, groupWidth: columns };
    const w = bound(backward.turned, run.forward.layout.layers[k].w_ih_turned);
    const sides = { w, y: d_x, inner: layer.directions * columns, columns: layout.inputs, row: layout.inputs, dropped: source.dropped };
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
    const jobs = [
      ...layerJobs(run, k, layers[k], sums.layers[k]),
      ...(withHead ? [headJob(run, head!.d_logits, sums.head!)] : []),
      ...(k === 0 && isClosed(run.model) ? [tableJob(run, layers[0], sums.table!)] : []),
    ];
    const rows = { ...run.shape, tokens: run.tokens, batch: run.batch.buffer, gradients: gradients! };
    const made = outerSumCommands(this.#buffers, run.forward.kernels, `sums of layer ${k}`, rows, jobs, places);
    this.#sums.set(key, made);
    return made;
  }
}
