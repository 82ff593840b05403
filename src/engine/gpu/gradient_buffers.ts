/**
 * Everything on the GPU that carrying gradients back through a run needs, beside the run's own buffers. Made at the
 * first backward pass of a shape and kept with it.
 */
import type { OutputEntry, RecurrentForm } from '../engine';
import type { CheckedLoss } from '../model/loss';
import type { ModelShape } from '../model/spec';
import { BufferSet } from './buffer_set';
import { checkFits, checkGrid } from './buffers';
import type { Command } from './command_list';
import type { BackwardModel } from './gpu_weights';
import { directionStride, isProjected, layerLayout, padded, planePlace, statePlace, type LayerLayout, type Place } from './layer_layout';
import { layerNumbers } from './layer_numbers';
import { outerSumCommands, outerSumEntries, productCommand, productGroups, type Operand, type Rows } from './linear';
import { packRows } from './pack';
import { backwardParts, recurrenceCommands, spansOf, spanTable } from './recurrence';
import { outputOf, previousOutput, writeStates, type RunBuffers } from './run_buffers';

/** A sum of what a weight multiplied times what came back: [N, rows + 4, columns], row `rows` being the sum alone. */
export interface WeightSum {
  readonly buffer: GPUBuffer;
  readonly rows: number;
  readonly columns: number;
  /** Of the layer's gates, which the columns belong to. */
  readonly firstGate: number;
  readonly gates: number;
}

/** A layer's parameter gradients, before they are turned back into PyTorch's layout. */
export interface LayerSums {
  readonly ih: WeightSum;
  readonly hh: readonly WeightSum[];
  readonly hr: WeightSum | undefined;
  readonly unit: WeightSum | undefined;
}

interface LayerGradient {
  readonly layout: LayerLayout;
  readonly d_y: GPUBuffer;
  readonly d_states: GPUBuffer;
  readonly d_gates: GPUBuffer;
  readonly d_x: GPUBuffer;
  readonly recurrences: Partial<Record<RecurrentForm, readonly Command[]>>;
  readonly toInput: Command;
  readonly sums: LayerSums | undefined;
  readonly toParameters: readonly Command[];
}

interface HeadGradient {
  readonly targets: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly loss: GPUBuffer;
  readonly size: GPUBuffer;
  readonly sums: WeightSum;
  readonly commands: readonly Command[];
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
}

/** One loss, and the gradients of everything. */
export function oneLoss({ layers }: ModelShape): GradientPurpose {
  return { layers: layers.length, rows: 1, picked: false, parameters: true };
}

export class GradientBuffers {
  readonly #buffers: BufferSet;
  readonly layers: readonly LayerGradient[];
  readonly head: HeadGradient | undefined;
  /** [M, V, E] where the embedding is a parameter. */
  readonly d_table: GPUBuffer | undefined;
  readonly #toTable: readonly Command[];

  /** Throws LimitError, before anything is allocated, for gradients that cannot fit. */
  constructor(
    private readonly run: RunBuffers,
    private readonly backward: BackwardModel,
    readonly purpose: GradientPurpose,
  ) {
    this.#check();
    this.#buffers = new BufferSet(run.gpu);
    const layers: LayerGradient[] = [];
    for (let k = purpose.layers - 1; k >= 0; k--) layers.unshift(this.#layer(k, layers[0]?.d_x));
    this.layers = layers;
    this.head = backward.head && purpose.parameters ? this.#head() : undefined;
    const { model, shape } = run;
    const embedded = 'embedding' in model.input && model.input.vocab !== undefined && purpose.parameters;
    this.d_table = embedded ? this.#buffers.storage('d_table', model.seeds.length * shape.tableRows * padded(model.layers[0].inputs)) : undefined;
    this.#toTable = this.d_table ? [this.#tableCommand(this.d_table)] : [];
  }

  get bytes(): number {
    return this.#buffers.bytes;
  }

  /** Rows of gradients, over all sequences. */
  get #rows(): number {
    return this.run.shape.sequences * this.purpose.rows;
  }

  /** Sends a loss to the GPU, and clears what the layers above it would otherwise have left. */
  upload(encoder: GPUCommandEncoder, loss: CheckedLoss): void {
    const { queue } = this.run.gpu.device;
    const { steps, sequences } = this.run.shape;
    const models = this.run.model.seeds.length;
    const top = loss.kind === 'cotangents' ? loss.layer : this.layers.length - 1;
    this.layers.forEach(({ d_states, d_gates, d_y, sums }, k) => {
      if (k > top) {
        const blocks = sums ? [sums.ih, ...sums.hh, sums.hr, sums.unit] : [];
        for (const buffer of [d_states, d_gates, d_y, ...blocks.flatMap((block) => block?.buffer ?? [])]) encoder.clearBuffer(buffer);
        return;
      }
      const d_final = loss.kind === 'cotangents' ? loss.d_final[k] : this.run.layers[k].layer.cell.states.map(() => undefined);
      writeStates(queue, { ...this.run.layers[k], layout: this.layers[k].layout }, d_states, d_final, models, steps, sequences, 'last');
    });
    if (loss.kind === 'cross-entropy') return this.#uploadTargets(loss);
    this.#clearHead(encoder);
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
  commands(loss: CheckedLoss | undefined, forms: readonly RecurrentForm[]): Command[] {
    const top = loss?.kind === 'cotangents' ? loss.layer : this.layers.length - 1;
    const throughLayers = this.layers
      .slice(0, top + 1)
      .map(({ toInput, toParameters }, k) => [...this.#recurrence(k, forms[k]), toInput, ...toParameters])
      .toReversed()
      .flat();
    return [...(loss?.kind === 'cross-entropy' ? this.head!.commands : []), ...throughLayers, ...this.#toTable];
  }

  destroy(): void {
    this.#buffers.destroy();
  }

  #check(): void {
    const { gpu, model, shape } = this.run;
    model.layers.slice(0, this.purpose.layers).forEach((layer, k) => {
      const layout = layerLayout(layer, model.layers[k - 1], model.seeds.length, shape.steps, this.#rows);
      const rows = { models: model.seeds.length, directions: 1, steps: shape.steps, sequences: this.#rows };
      checkFits(gpu, `the gradients at the gates of layer ${k}`, layout.dGates);
      checkFits(gpu, `the gradients at the states of layer ${k}`, layout.states);
      checkFits(gpu, `the gradients at the input of layer ${k}`, model.seeds.length * shape.steps * this.#rows * layout.inputs);
      checkGrid(gpu, 'the product back to the input', productGroups(rows, layout.inputs));
    });
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
    const sums = purpose.parameters ? this.#sums(k, parts.d_gates, parts.d_states, layout) : undefined;
    return { ...parts, recurrences: {}, toInput: this.#toInput(k, parts), sums: sums?.sums, toParameters: sums?.commands ?? [] };
  }

  #recurrence(k: number, form: RecurrentForm): readonly Command[] {
    const { recurrences, layout, d_y, d_states, d_gates } = this.layers[k];
    const { run, purpose } = this;
    const { layer, states, gates } = run.layers[k];
    const { steps, sequences } = run.shape;
    return (recurrences[form] ??= (() => {
      const spans = spansOf(form, layer, backwardParts(layer), steps, run.gpu);
      const { weights, recurrence } = this.backward.layers[k];
      const picked = purpose.picked && k === purpose.layers - 1;
      const runLayout = { ...layout, planes: run.layers[k].layout.planes };
      const buffers = {
        ...weights,
        layer: this.#buffers.uniform(`sizes of layer ${k}`, layerNumbers(layer, runLayout, steps, sequences, purpose.rows, picked)),
        span: this.#buffers.uniform(`${form} spans back through layer ${k}`, spanTable(spans)),
        lengths: run.lengths,
        gates,
        states,
        d_y,
        d_states,
        d_gates,
      };
      return recurrenceCommands(form, recurrence, layer, run.model.seeds.length, this.#rows, spans.length, buffers, run.gpu);
    })());
  }

  /** d_x = Σ over directions and gates of d_a · w_ih. */
  #toInput(k: number, { layout, d_gates, d_x }: Pick<LayerGradient, 'layout' | 'd_gates' | 'd_x'>): Command {
    const { layer } = this.run.layers[k];
    const rows = { models: this.run.model.seeds.length, directions: 1, steps: this.run.shape.steps, sequences: this.#rows };
    const columns = layer.cell.gates.length * layout.hidden;
    const place = { ...planePlace(layer, layout, 0, false, 'gradients'), groupStride: layout.modelGradients, groupWidth: columns };
    const w = this.backward.layers[k].weights.w_ih_turned;
    return productCommand(this.#buffers, this.backward.product, `gradient at the input of layer ${k}`, rows, { buffer: d_gates, place }, { w, y: d_x, inner: layer.directions * columns, columns: layout.inputs, row: layout.inputs });
  }

  #sums(k: number, d_gates: GPUBuffer, d_states: GPUBuffer, layout: LayerLayout): { sums: LayerSums; commands: Command[] } {
    const run = this.run.layers[k];
    const { layer, source } = run;
    const { steps, sequences } = this.run.shape;
    const { gates, saved, inner, splitGates = 0, unitParameters = [] } = layer.cell;
    const rows = { models: layout.models, directions: layer.directions, steps, sequences };
    const commands: Command[] = [];
    const sum = (label: string, x: Operand, d: Operand, sizes: { rows: number; columns: number; firstGate?: number; gates?: number }): WeightSum => {
      const made = this.#sum(`${label} of layer ${k}`, rows, x, d, sizes.rows, sizes.columns, commands);
      return { ...made, firstGate: sizes.firstGate ?? 0, gates: sizes.gates ?? 0 };
    };
    const planes = (plane: number): Operand => ({ buffer: d_gates, place: wholeRow(planePlace(layer, layout, plane, false, 'gradients')), directionStride: layout.modelGradients });
    const exchanged: Operand = { buffer: run.gates, place: wholeRow(planePlace(layer, run.layout, saved.length, false, 'gates')), directionStride: run.layout.modelGates };
    const h = previousOutput(run, steps);

    const ih = sum('d_w_ih', source, planes(0), { rows: layout.inputs, columns: gates.length * layout.hidden, gates: gates.length });
    const firstApart = gates.length - (inner?.gates ?? splitGates);
    const together = sum('d_w_hh', h, planes(0), { rows: layout.width, columns: firstApart * layout.hidden, gates: firstApart });
    const apart = gates.length - firstApart;
    const hh = apart === 0 ? [together] : [
      together,
      sum('d_w_hh apart', inner ? exchanged : h, planes(inner ? firstApart : gates.length), { rows: layout.width, columns: apart * layout.hidden, firstGate: firstApart, gates: apart }),
    ];
    const d_h: Operand = { buffer: d_states, place: wholeRow(statePlace(layer, layout, steps, 0, false, 'after')), directionStride: directionStride(layout, 'after') };
    const hr = isProjected(layer) ? sum('d_w_hr', exchanged, d_h, { rows: layout.hidden, columns: layout.width }) : undefined;
    const units = unitParameters.length;
    const unit = units ? sum('d_unit', h, planes(gates.length + splitGates), { rows: 0, columns: units * layout.hidden }) : undefined;
    return { sums: { ih, hh, hr, unit }, commands };
  }

  #sum(label: string, rows: Rows, x: Operand, d: Operand, inner: number, columns: number, commands: Command[]): WeightSum {
    const buffer = this.#buffers.storage(label, outerSumEntries(rows, inner, columns));
    const { outerSum, sumSlices } = this.backward;
    commands.push(...outerSumCommands(this.#buffers, { outerSum, sumSlices }, label, rows, x, d, { sums: buffer, inner, columns }));
    return { buffer, rows: inner, columns, firstGate: 0, gates: 0 };
  }

  /** Scores, their loss, and the gradients they send back. */
  #head(): HeadGradient {
    const { run, backward } = this;
    const { steps, sequences } = run.shape;
    const models = run.model.seeds.length;
    const classes = padded(run.model.classes!);
    const last = run.layers[run.layers.length - 1];
    const inner = last.layer.directions * last.layout.width;
    const rows = { models, directions: 1, steps, sequences };
    const y = outputOf(last, steps);
    const count = models * steps * sequences;
    const logits = this.#buffers.storage('logits', count * classes);
    const targets = this.#buffers.storage('targets', steps * sequences);
    const loss = this.#buffers.storage('loss', count);
    const size = this.#buffers.uniform('cross-entropy', [count, steps * sequences, run.model.classes!, 0]);
    const { w, bias, w_turned, crossEntropy } = backward.head!;
    const d_logits: Operand = {
      buffer: logits,
      place: { offset: 0, modelStride: steps * sequences * classes, stepStride: sequences * classes, sequenceStride: classes, groupStride: 0, groupWidth: classes, activation: 'identity' },
    };
    const toWeights: Command[] = [];
    const sums = this.#sum('d_head', rows, y, d_logits, inner, classes, toWeights);
    const commands = [
      productCommand(this.#buffers, backward.product, 'logits', rows, y, { w, bias, y: logits, inner, columns: classes, row: classes }),
      { pipeline: crossEntropy.pipeline, bindGroup: crossEntropy.bind({ cross_entropy: size, targets, logits, loss }), groups: [Math.ceil(count / 64), 1, 1] } as Command,
      productCommand(this.#buffers, backward.product, 'gradient at the output', rows, d_logits, { w: w_turned, y: this.layers[this.layers.length - 1].d_y, inner: classes, columns: inner, row: inner }),
      ...toWeights,
    ];
    return { targets, logits, loss, size, sums, commands };
  }

  #uploadTargets({ targets, count }: Extract<CheckedLoss, { kind: 'cross-entropy' }>): void {
    const { queue } = this.run.gpu.device;
    queue.writeBuffer(this.head!.targets, 0, targets as Int32Array<ArrayBuffer>);
    queue.writeBuffer(this.head!.size, 12, Float32Array.of(1 / count));
  }

  /** A loss that does not come through the head leaves no gradient there. */
  #clearHead(encoder: GPUCommandEncoder): void {
    if (this.head) encoder.clearBuffer(this.head.sums.buffer);
  }

  #tableCommand(d_table: GPUBuffer): Command {
    const { embeddingGradient } = this.backward;
    const { steps, sequences, tableRows } = this.run.shape;
    const columns = padded(this.run.model.layers[0].inputs) / 4;
    const models = this.run.model.seeds.length;
    const embedding = this.#buffers.uniform('embedding', [models, steps * sequences, tableRows, columns]);
    const bindGroup = embeddingGradient.bind({ embedding, tokens: this.run.tokens, d_x: this.layers[0].d_x, d_table });
    return { pipeline: embeddingGradient.pipeline, bindGroup, groups: [Math.ceil((models * tableRows * columns) / 64), 1, 1] };
  }
}

/** A place read as rows as wide as they come, not as groups. */
function wholeRow(place: Place): Place {
  return { ...place, groupStride: 0, groupWidth: 2 ** 30 };
}
