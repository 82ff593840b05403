/**
 * Everything on the GPU that a run of one shape needs: tensors, bind groups, dispatches. Made once and used again by
 * the next run of that shape; between runs it waits in its model's pool.
 */
import type { RecurrentForm, SignalStorage } from '../engine';
import { LimitError } from '../errors';
import type { Inputs } from '../model/inputs';
import type { SignalEntry } from '../model/signals';
import type { Layer, ModelShape } from '../model/spec';
import { checkFits, checkGrid, storageBuffer, uniformBuffer } from './buffers';
import { foldedGroups, type Command } from './command_list';
import type { Gpu } from './device';
import type { Kernel } from './kernel';
import { layerSizes, packInitial, packRows, padded, placeOf, type LayerSizes, type Place } from './layer_layout';
import { persistentTile, recurrenceCommands, spanTable, spansOf, type RecurrenceKernels } from './recurrence';

/** The shape of a run: runs that agree in it share buffers. */
export interface RunShape {
  readonly steps: number;
  readonly sequences: number;
  /** Rows of the table that tokens pick from; 0 where vectors are given. */
  readonly tableRows: number;
}

/** A layer's weights on the GPU and its compiled kernels. */
export interface GpuLayer {
  readonly layer: Layer;
  readonly weights: Readonly<Record<'w_ih' | 'w_hh' | 'b_ih' | 'b_hh', GPUBuffer>>;
  readonly initialState: Kernel;
  readonly inputProduct: Kernel;
  readonly recurrence: RecurrenceKernels;
}

/** Word tables grow in steps of so many rows, so that editing a sentence does not change the shape of its run. */
const TABLE_STEP = 16;

export function runShape({ steps, sequences, source }: Inputs): RunShape {
  return { steps, sequences, tableRows: source.kind === 'rows' ? Math.ceil(source.rows / TABLE_STEP) * TABLE_STEP : 0 };
}

/** Throws LimitError if a run of this shape cannot fit, before anything is allocated. */
export function checkRun(gpu: Gpu, model: ModelShape, { steps, sequences, tableRows }: RunShape): void {
  const models = model.seeds.length;
  model.layers.forEach((layer, k) => {
    const sizes = layerSizes(layer, model.layers[k - 1], models, steps, sequences);
    for (const tensor of ['gates', 'states', 'initial', 'inner'] as const) checkFits(gpu, `the ${tensor} of layer ${k}`, sizes[tensor]);
    checkGrid(gpu, 'the input product', inputProductGroups(layer, sizes, steps, sequences));
  });
  checkFits(gpu, 'the input', tableEntries(model, { steps, sequences, tableRows }));
}

function tableEntries(model: ModelShape, { steps, sequences, tableRows }: RunShape): number {
  const width = padded(model.layers[0].inputs);
  return tableRows ? model.seeds.length * tableRows * width : steps * sequences * width;
}

function inputProductGroups(layer: Layer, sizes: LayerSizes, steps: number, sequences: number): [number, number, number] {
  const quads = (layer.cell.gates.length * sizes.hidden) / 4;
  return [Math.ceil(quads / 8), Math.ceil((steps * sequences) / 32), sizes.models];
}

interface LayerBuffers {
  readonly tensors: Record<'states' | 'gates' | 'initial', GPUBuffer>;
  readonly named: Record<string, GPUBuffer>;
  readonly before: readonly Command[];
  readonly recurrences: Partial<Record<RecurrentForm, readonly Command[]>>;
}

export class RunBuffers {
  readonly #made: GPUBuffer[] = [];
  #destroyed = false;
  readonly #x: GPUBuffer;
  readonly #tokens: GPUBuffer;
  readonly #layers: LayerBuffers[];
  readonly lengths: GPUBuffer;

  constructor(
    private readonly gpu: Gpu,
    private readonly model: ModelShape,
    private readonly gpuLayers: readonly GpuLayer[],
    readonly shape: RunShape,
  ) {
    const { steps, sequences, tableRows } = shape;
    this.#x = this.#storage('x', tableEntries(model, shape));
    this.#tokens = this.#storage('tokens', tableRows ? steps * sequences : 1);
    this.lengths = this.#storage('lengths', sequences);
    this.#layers = [];
    gpuLayers.forEach((_, k) => this.#layers.push(this.#layerBuffers(k)));
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.#made.reduce((sum, buffer) => sum + buffer.size, 0);
  }

  /** Sends what a run reads to the GPU. */
  upload({ source, lengths, initial, sequences, steps }: Inputs): void {
    const { queue } = this.gpu.device;
    const width = this.model.layers[0].inputs;
    if (source.kind === 'vectors') {
      queue.writeBuffer(this.#x, 0, packRows(source.x, width) as Float32Array<ArrayBuffer>);
    } else {
      const table = packRows(source.table, width) as Float32Array<ArrayBuffer>;
      const rows = source.rows * padded(width);
      for (let m = 0; m < this.model.seeds.length; m++) {
        queue.writeBuffer(this.#x, 4 * m * this.shape.tableRows * padded(width), table, m * rows, rows);
      }
      queue.writeBuffer(this.#tokens, 0, source.tokens as Int32Array<ArrayBuffer>);
    }
    queue.writeBuffer(this.lengths, 0, lengths ? (lengths as Int32Array<ArrayBuffer>) : new Int32Array(sequences).fill(steps));
    this.#layers.forEach(({ tensors }, k) => {
      const packed = packInitial(initial[k], this.model.layers[k], this.model.seeds.length, sequences);
      queue.writeBuffer(tensors.initial, 0, packed as Float32Array<ArrayBuffer>);
    });
  }

  /** All dispatches of a run, layer after layer, each in its form. Throws LimitError for a form that cannot be. */
  commands(forms: readonly RecurrentForm[]): Command[] {
    return this.#layers.flatMap(({ before }, k) => [...before, ...this.recurrence(k, forms[k])]);
  }

  /** The dispatches of one layer's recurrence. */
  recurrence(k: number, form: RecurrentForm): readonly Command[] {
    const { layer, recurrence } = this.gpuLayers[k];
    if (form === 'persistent' && !recurrence.persistent) {
      const needed = 4 * (layer.cell.inner ? 3 : 2) * padded(layer.hidden);
      throw new LimitError('for the persistent form workgroup memory of bytes', needed, this.gpu.limits.maxComputeWorkgroupStorageSize, 'Use form: "step" or "auto".');
    }
    const { named, recurrences } = this.#layers[k];
    return (recurrences[form] ??= this.#recurrence(k, form, named));
  }

  /** Where a signal lies, or undefined for what layer 0 reads. */
  storage(entry: SignalEntry): SignalStorage | undefined {
    const { layer, direction } = entry.info;
    if (entry.origin.of === 'input') {
      if (layer === 0) return undefined;
      return this.#storageOf({ info: { ...entry.info, layer: layer - 1, direction: 'forward' }, origin: { of: 'output' } });
    }
    return this.#storageOf({ ...entry, info: { ...entry.info, direction } });
  }

  /** Whether `destroy` was called: the numbers are gone, whoever holds them. */
  get destroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    this.#destroyed = true;
    for (const buffer of this.#made) buffer.destroy();
  }

  #storageOf(entry: SignalEntry): SignalStorage {
    const { layers, seeds } = this.model;
    const { layer } = entry.info;
    const { tensor, place } = placeOf(entry, layers[layer], seeds.length, this.shape.steps, this.shape.sequences)!;
    return { device: this.gpu.device, buffer: this.#layers[layer].tensors[tensor], lengths: this.lengths, ...place };
  }

  #layerBuffers(k: number): LayerBuffers {
    const { steps, sequences } = this.shape;
    const { layer, weights, initialState, inputProduct } = this.gpuLayers[k];
    const sizes = layerSizes(layer, this.model.layers[k - 1], this.model.seeds.length, steps, sequences);
    const tensors = {
      states: this.#storage(`states of layer ${k}`, sizes.states),
      gates: this.#storage(`gates of layer ${k}`, sizes.gates),
      initial: this.#storage(`initial states of layer ${k}`, sizes.initial),
    };
    const tile = persistentTile(layer, this.gpu)?.sequences ?? 1;
    const { view, picked, x } = this.#source(k);
    const named = {
      ...weights,
      ...tensors,
      x,
      tokens: this.#tokens,
      lengths: this.lengths,
      inner: this.#storage(`inner operand of layer ${k}`, sizes.inner),
      layer: this.#uniform(`sizes of layer ${k}`, [sizes.models, layer.directions, steps, sequences, sizes.inputs / 4, sizes.hidden / 4, tile]),
      source: this.#uniform(`source of layer ${k}`, [...viewNumbers(view), picked]),
    };
    const [gx, gy] = foldedGroups(sizes.initial / 4, 64, this.gpu.limits.maxComputeWorkgroupsPerDimension);
    const before: Command[] = [
      { pipeline: inputProduct.pipeline, bindGroup: inputProduct.bind(named), groups: inputProductGroups(layer, sizes, steps, sequences) },
      { pipeline: initialState.pipeline, bindGroup: initialState.bind(named), groups: [gx, gy, 1] },
    ];
    return { tensors, named, before, recurrences: {} };
  }

  #recurrence(k: number, form: RecurrentForm, named: Record<string, GPUBuffer>): readonly Command[] {
    const { layer, recurrence } = this.gpuLayers[k];
    const spans = spansOf(form, layer, this.shape.steps, this.gpu);
    const span = this.#uniform(`${form} spans of layer ${k}`, spanTable(spans));
    return recurrenceCommands(form, recurrence, layer, this.model.seeds.length, this.shape.sequences, spans.length, { ...named, span }, this.gpu);
  }

  /** What layer k reads, as a view whose units are counted in the padded width. */
  #source(k: number): { view: Place; picked: number; x: GPUBuffer } {
    const { steps, sequences, tableRows } = this.shape;
    if (k > 0) {
      const below = this.model.layers[k - 1];
      const info = { layer: k - 1, direction: 'forward' } as SignalEntry['info'];
      const { place } = placeOf({ info, origin: { of: 'output' } }, below, this.model.seeds.length, steps, sequences)!;
      return { view: { ...place, groupWidth: padded(below.hidden) }, picked: 0, x: this.#layers[k - 1].tensors.states };
    }
    const width = padded(this.model.layers[0].inputs);
    const whole = { offset: 0, groupStride: 0, groupWidth: width, activation: 'identity' } as const;
    const view = tableRows
      ? { ...whole, modelStride: tableRows * width, stepStride: width, sequenceStride: 0 }
      : { ...whole, modelStride: 0, stepStride: sequences * width, sequenceStride: width };
    return { view, picked: tableRows ? 1 : 0, x: this.#x };
  }

  #storage(label: string, entries: number): GPUBuffer {
    return this.#keep(storageBuffer(this.gpu.device, label, entries));
  }

  #uniform(label: string, values: readonly number[]): GPUBuffer {
    return this.#keep(uniformBuffer(this.gpu.device, label, values));
  }

  #keep(buffer: GPUBuffer): GPUBuffer {
    this.#made.push(buffer);
    return buffer;
  }
}

/** A place as shaders/lib/view.wgsl's View. */
export function viewNumbers(place: Place): number[] {
  return [place.offset, place.modelStride, place.stepStride, place.sequenceStride, place.groupStride, place.groupWidth];
}
