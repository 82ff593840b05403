/** A model on the GPU: its weights, its kernels, and a pool of buffers for runs of shapes seen before. */
import type { Engine, Model, RecurrentForm, RunOptions, Tape } from '../engine';
import { OutOfMemoryError, ReleasedError } from '../errors';
import { checkedInputs, type RunInputs } from '../model/inputs';
import type { Parameters } from '../model/parameters';
import type { ModelShape } from '../model/spec';
import { checkFits, filledStorage } from './buffers';
import { MEASURED, type FormChoices } from './choose_form';
import { record } from './command_list';
import type { Gpu } from './device';
import { GpuTape } from './gpu_tape';
import type { KernelCache } from './kernel';
import { layerSizes, packLayer } from './layer_layout';
import type { Readback } from './readback';
import { persistentTile } from './recurrence';
import { checkRun, RunBuffers, runShape, type GpuLayer, type RunShape } from './run_buffers';

/** What the models of one engine share. */
export interface GpuContext {
  readonly engine: Engine;
  readonly gpu: Gpu;
  readonly kernels: KernelCache;
  readonly readback: Readback;
  readonly choices: FormChoices;
}

/** Sets of buffers kept for shapes that may come again; the oldest goes first. */
const POOL_SIZE = 4;

export class GpuModel implements Model {
  readonly #pool: RunBuffers[] = [];
  /** Everything not yet destroyed, lent out or in the pool. */
  readonly #made = new Set<RunBuffers>();
  #released = false;

  private constructor(
    private readonly context: GpuContext,
    readonly shape: ModelShape,
    readonly parameters: Parameters,
    private readonly layers: readonly GpuLayer[],
    private readonly onRelease: (model: GpuModel) => void,
  ) {}

  /** Throws LimitError before allocation if the weights cannot fit. */
  static async create(context: GpuContext, shape: ModelShape, parameters: () => Parameters, onRelease: (model: GpuModel) => void): Promise<GpuModel> {
    const { gpu } = context;
    const models = shape.seeds.length;
    shape.layers.forEach((layer, k) => {
      const sizes = layerSizes(layer, shape.layers[k - 1], models, 1, 1);
      checkFits(gpu, `w_ih of layer ${k}`, sizes.w_ih);
      checkFits(gpu, `w_hh of layer ${k}`, sizes.w_hh);
    });
    const values = parameters();
    const layers = await guarded(gpu, () => Promise.all(shape.layers.map((_, k) => gpuLayer(context, shape, values, k))), weightBytes, destroyWeights);
    return new GpuModel(context, shape, values, layers, onRelease);
  }

  get engine(): Engine {
    return this.context.engine;
  }

  async run(given: RunInputs, { form = 'auto', abort }: RunOptions = {}): Promise<Tape> {
    const { gpu, readback } = this.context;
    this.#check(abort);
    const inputs = checkedInputs(this.shape, this.parameters, given);
    const shape = runShape(inputs);
    checkRun(gpu, this.shape, shape);
    const forms = await this.#forms(form, shape);
    this.#check(abort);
    const buffers = this.#reuse(shape) ?? (await this.#make(shape));
    this.#check(abort);
    const commands = buffers.commands(forms);
    buffers.upload(inputs);
    const encoder = gpu.device.createCommandEncoder({ label: 'run' });
    record(encoder, 'run', commands);
    gpu.device.queue.submit([encoder.finish()]);
    return new GpuTape(this, inputs, { forms, dispatches: commands.length }, buffers, readback, () => this.#recycle(buffers));
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const buffers of this.#pool) this.#destroy(buffers);
    this.#pool.length = 0;
    destroyWeights(this.layers);
    if (this.#made.size === 0) this.onRelease(this);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** Destroys what is still lent out too: the engine itself is going. */
  destroy(): void {
    this.release();
    for (const buffers of this.#made) this.#destroy(buffers);
  }

  #check(abort: AbortSignal | undefined): void {
    abort?.throwIfAborted();
    if (this.#released) throw new ReleasedError('model');
    this.context.gpu.check();
  }

  /** The form of each layer: the one asked for, or the faster of both where there is a choice. */
  async #forms(form: RecurrentForm | 'auto', shape: RunShape): Promise<RecurrentForm[]> {
    if (form !== 'auto') return this.layers.map(() => form);
    const { choices } = this.context;
    const models = this.shape.seeds.length;
    const open = this.layers.flatMap(({ layer, recurrence }, k) => (recurrence.persistent && !choices.known(layer, models, shape.sequences) ? [k] : []));
    if (open.length) {
      const reduced = { ...shape, steps: Math.min(shape.steps, MEASURED.steps), sequences: Math.min(shape.sequences, MEASURED.sequences) };
      const buffers = await this.#make(reduced);
      for (const k of open) {
        const commands = { step: buffers.recurrence(k, 'step'), persistent: buffers.recurrence(k, 'persistent') };
        await choices.measure(this.layers[k].layer, models, shape.sequences, commands);
      }
      this.#destroy(buffers);
    }
    return this.layers.map(({ layer, recurrence }) => (recurrence.persistent ? choices.known(layer, models, shape.sequences)! : 'step'));
  }

  #reuse(shape: RunShape): RunBuffers | undefined {
    const index = this.#pool.findIndex(
      (buffers) => buffers.shape.steps === shape.steps && buffers.shape.sequences === shape.sequences && buffers.shape.tableRows === shape.tableRows,
    );
    return index < 0 ? undefined : this.#pool.splice(index, 1)[0];
  }

  async #make(shape: RunShape): Promise<RunBuffers> {
    const make = () => new RunBuffers(this.context.gpu, this.shape, this.layers, shape);
    const buffers = await guarded(this.context.gpu, make, (made) => made.bytes, (made) => made.destroy());
    this.#made.add(buffers);
    return buffers;
  }

  #recycle(buffers: RunBuffers): void {
    if (this.#released) return this.#destroy(buffers);
    this.#pool.push(buffers);
    if (this.#pool.length > POOL_SIZE) this.#destroy(this.#pool.shift()!);
  }

  #destroy(buffers: RunBuffers): void {
    buffers.destroy();
    this.#made.delete(buffers);
    if (this.#released && this.#made.size === 0) this.onRelease(this);
  }
}

function weightBytes(layers: readonly GpuLayer[]): number {
  return layers.reduce((sum, { weights }) => sum + Object.values(weights).reduce((bytes, buffer) => bytes + buffer.size, 0), 0);
}

function destroyWeights(layers: readonly GpuLayer[]): void {
  for (const { weights } of layers) for (const buffer of Object.values(weights)) buffer.destroy();
}

async function gpuLayer({ gpu, kernels }: GpuContext, shape: ModelShape, parameters: Parameters, k: number): Promise<GpuLayer> {
  const layer = shape.layers[k];
  const cell = layer.cell.name;
  const packed = packLayer(parameters, layer, k, shape.layers[k - 1], shape.seeds.length);
  const buffer = (name: keyof typeof packed) => filledStorage(gpu.device, `${name} of layer ${k}`, packed[name]);
  const weights = { w_ih: buffer('w_ih'), w_hh: buffer('w_hh'), b_ih: buffer('b_ih'), b_hh: buffer('b_hh') };
  const tile = persistentTile(layer, gpu);
  const [initialState, inputProduct, step, inner, persistent] = await Promise.all([
    kernels.kernel('kernels/initial_state', cell),
    kernels.kernel('kernels/input_product', cell),
    kernels.kernel('kernels/recurrent_step', cell),
    layer.cell.inner && kernels.kernel('kernels/recurrent_inner', cell),
    tile && kernels.kernel('kernels/recurrent_persistent', cell, tile.constants),
  ]);
  return { layer, weights, initialState, inputProduct, recurrence: { step, inner, persistent } };
}

/** Makes GPU objects. Rejects with OutOfMemoryError, and undoes what was made, if the device had no room. */
async function guarded<Made>({ device, check }: Gpu, make: () => Made | Promise<Made>, bytesOf: (made: Made) => number, undo: (made: Made) => void): Promise<Made> {
  device.pushErrorScope('out-of-memory');
  const making = make();
  // The scope covers what is made before the first await, which is every buffer.
  const error = await device.popErrorScope();
  const made = await making;
  if (error) {
    const bytes = bytesOf(made);
    undo(made);
    throw new OutOfMemoryError(bytes);
  }
  check();
  return made;
}
