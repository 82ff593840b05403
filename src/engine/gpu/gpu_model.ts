/** A model on the GPU: its weights, its kernels, and a pool of buffers for runs of shapes seen before. */
import type { Engine, Model, Plan, RecurrentForm, RunOptions, Tape } from '../engine';
import { OutOfMemoryError, ReleasedError } from '../errors';
import { checkedInputs, type RunInputs } from '../model/inputs';
import type { CheckedLoss } from '../model/loss';
import { checkedParameters, staleParameters, type Parameters, type StateDict } from '../model/parameters';
import { reseeded, type ModelShape } from '../model/spec';
import { MEASURED, type FormChoices } from './choose_form';
import { record } from './command_list';
import type { Gpu } from './device';
import { GpuTape, type NormsAsked, type TapeOwner } from './gpu_tape';
import { backwardModel, checkWeights, forwardModel, writeBackward, writeForward, type BackwardModel, type ForwardModel } from './gpu_weights';
import { GradientBuffers, oneLoss, type GradientPurpose } from './gradient_buffers';
import { InfluenceNorms, rowsAtOnce } from './influence_norms';
import type { KernelCache } from './kernel';
import type { Readback } from './readback';
import { checkRun, RunBuffers, runShape, sameShape, type RunShape } from './run_buffers';
import { weightLayout } from './weight_layout';

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

export class GpuModel implements Model, TapeOwner {
  readonly #pool: RunBuffers[] = [];
  /** Everything not yet destroyed, lent out or in the pool. */
  readonly #made = new Set<RunBuffers>();
  /** What the first backward pass through a run made, for as long as the run's buffers live. */
  readonly #gradients = new Map<RunBuffers, Promise<GradientBuffers>>();
  #backward: Promise<BackwardModel> | undefined;
  #released = false;

  private constructor(
    private readonly context: GpuContext,
    private described: ModelShape,
    private current: Parameters,
    private readonly forward: ForwardModel,
    private readonly onRelease: (model: GpuModel) => void,
  ) {}

  /** Rejects with LimitError before allocation if the weights cannot fit. */
  static async create(context: GpuContext, shape: ModelShape, parameters: () => Parameters, onRelease: (model: GpuModel) => void): Promise<GpuModel> {
    const { gpu, kernels } = context;
    const layout = weightLayout(shape);
    checkWeights(gpu, layout);
    const values = parameters();
    const forward = await guarded(gpu, () => forwardModel(gpu, kernels, shape, layout, values), ({ weights }) => weights.size, ({ weights }) => weights.destroy());
    return new GpuModel(context, shape, values, forward, onRelease);
  }

  get engine(): Engine {
    return this.context.engine;
  }

  get shape(): ModelShape {
    return this.described;
  }

  get parameters(): Parameters {
    return this.current;
  }

  setParameters(weights: StateDict, { seeds }: { seeds?: readonly number[] } = {}): void {
    this.#check(undefined);
    const shape = reseeded(this.shape, seeds);
    const parameters = checkedParameters(shape, weights);
    this.described = shape;
    this.current = parameters;
    const { gpu } = this.context;
    writeForward(gpu, this.forward, this.shape, parameters);
    // A backward model still being made has read the old ones.
    void this.#backward?.then((backward) => this.#released || writeBackward(gpu, backward, this.shape, this.forward.layout, this.current), () => undefined);
  }

  async trainer(): Promise<never> {
    throw new Error('not yet');
  }

  async run(given: RunInputs, { form = 'auto', abort }: RunOptions = {}): Promise<Tape> {
    const { gpu, readback } = this.context;
    this.#check(abort);
    const asked = { parameters: this.parameters, inputs: checkedInputs(this.shape, this.parameters, given) };
    const shape = runShape(this.shape, asked.inputs);
    checkRun(gpu, this.shape, shape);
    const forms = await this.#forms(form, shape);
    this.#check(abort);
    const buffers = this.#reuse(shape) ?? (await this.#make(shape));
    try {
      this.#check(abort);
      const commands = buffers.commands(forms);
      const { parameters } = this;
      // An embedding that was changed meanwhile gives other vectors for the same words.
      const inputs = parameters === asked.parameters ? asked.inputs : checkedInputs(this.shape, parameters, given);
      buffers.upload(inputs);
      const encoder = gpu.device.createCommandEncoder({ label: 'run' });
      record(encoder, 'run', commands);
      gpu.device.queue.submit([encoder.finish()]);
      return new GpuTape(this, inputs, parameters, { forms, dispatches: commands.length }, buffers, readback, this);
    } catch (error) {
      this.recycle(buffers);
      throw error;
    }
  }

  async propagate(buffers: RunBuffers, parameters: Parameters, { forms }: Plan, loss: CheckedLoss, abort: AbortSignal | undefined): Promise<GradientBuffers> {
    const { gpu } = this.context;
    const backward = await this.#backwardOf(parameters, abort);
    const gradients = await this.#gradientsOf(buffers, backward);
    this.#checkRun(parameters, abort);
    const encoder = gpu.device.createCommandEncoder({ label: 'backward' });
    gradients.upload(encoder, loss);
    record(encoder, 'backward', gradients.commands(loss.kind === 'cross-entropy' ? 'head' : loss, forms as readonly RecurrentForm[]));
    gradients.finish(encoder, loss);
    gpu.device.queue.submit([encoder.finish()]);
    return gradients;
  }

  async inputNorms(buffers: RunBuffers, parameters: Parameters, { forms }: Plan, { losses, place, abort, progress }: NormsAsked): Promise<Float32Array> {
    const { gpu, kernels, readback } = this.context;
    const backward = await this.#backwardOf(parameters, abort);
    const rows = rowsAtOnce(gpu, this.shape, buffers.shape, place.layer, losses.length);
    const purpose: GradientPurpose = { layers: place.layer + 1, rows, picked: true, parameters: false, beginnings: true, loss: 'cross-entropy' };
    const kernel = await kernels.kernel('kernels/row_norms');
    const gradients = await guarded(gpu, () => new GradientBuffers(buffers, backward, purpose), bytesOf, destroy);
    const norms = new InfluenceNorms(gpu, kernel, buffers, gradients, place);
    try {
      return await norms.measure(losses, forms as readonly RecurrentForm[], readback, () => this.#checkRun(parameters, abort), progress);
    } finally {
      norms.destroy();
      gradients.destroy();
    }
  }

  recycle(buffers: RunBuffers): void {
    if (this.#released) return this.#destroy(buffers);
    this.#pool.push(buffers);
    if (this.#pool.length > POOL_SIZE) this.#destroy(this.#pool.shift()!);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const buffers of this.#pool) this.#destroy(buffers);
    this.#pool.length = 0;
    this.forward.weights.destroy();
    void this.#backward?.then(({ turned }) => turned.destroy(), () => undefined);
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

  /** A run can be propagated back while its parameters are the model's. */
  #checkRun(parameters: Parameters, abort: AbortSignal | undefined): void {
    this.#check(abort);
    if (parameters !== this.parameters) throw staleParameters();
  }

  /** The weights and kernels of the backward pass, made when first needed. */
  async #backwardOf(parameters: Parameters, abort: AbortSignal | undefined): Promise<BackwardModel> {
    const { gpu, kernels } = this.context;
    this.#checkRun(parameters, abort);
    this.#backward ??= guarded(gpu, () => backwardModel(gpu, kernels, this.shape, this.forward.layout, this.parameters), ({ turned }) => turned.size, ({ turned }) => turned.destroy());
    const backward = await this.#backward;
    this.#checkRun(parameters, abort);
    return backward;
  }

  #gradientsOf(buffers: RunBuffers, backward: BackwardModel): Promise<GradientBuffers> {
    const known = this.#gradients.get(buffers);
    if (known) return known;
    const making = guarded(this.context.gpu, () => new GradientBuffers(buffers, backward, oneLoss(this.shape)), bytesOf, destroy);
    this.#gradients.set(buffers, making);
    making.catch(() => this.#gradients.delete(buffers));
    return making;
  }

  /** The form of each layer: the one asked for, or the faster of both. */
  async #forms(form: RecurrentForm | 'auto', shape: RunShape): Promise<RecurrentForm[]> {
    const { layers, seeds } = this.shape;
    if (form !== 'auto') return layers.map(() => form);
    const { choices } = this.context;
    const known = () => layers.map((layer) => choices.known(layer, seeds.length, shape.sequences));
    if (known().includes(undefined)) {
      const reduced = { ...shape, steps: Math.min(shape.steps, MEASURED.steps), sequences: Math.min(shape.sequences, MEASURED.sequences) };
      const buffers = await this.#make(reduced);
      try {
        for (const [k, layer] of layers.entries()) {
          if (choices.known(layer, seeds.length, shape.sequences)) continue;
          const commands = { step: buffers.recurrence(k, 'step'), persistent: buffers.recurrence(k, 'persistent') };
          await choices.measure(layer, seeds.length, shape.sequences, commands, () => this.#check(undefined));
        }
      } finally {
        this.#destroy(buffers);
      }
    }
    return known() as RecurrentForm[];
  }

  #reuse(shape: RunShape): RunBuffers | undefined {
    const index = this.#pool.findIndex((buffers) => sameShape(buffers.shape, shape));
    return index < 0 ? undefined : this.#pool.splice(index, 1)[0];
  }

  async #make(shape: RunShape): Promise<RunBuffers> {
    const buffers = await guarded(this.context.gpu, () => new RunBuffers(this.context.gpu, this.shape, this.forward, shape), bytesOf, destroy);
    this.#made.add(buffers);
    return buffers;
  }

  #destroy(buffers: RunBuffers): void {
    buffers.destroy();
    void this.#gradients.get(buffers)?.then(destroy, () => undefined);
    this.#gradients.delete(buffers);
    this.#made.delete(buffers);
    if (this.#released && this.#made.size === 0) this.onRelease(this);
  }
}

function bytesOf({ bytes }: { readonly bytes: number }): number {
  return bytes;
}

function destroy(made: { destroy(): void }): void {
  made.destroy();
}

/** Makes GPU objects. Rejects with OutOfMemoryError, and undoes what was made, if the device had no room. */
async function guarded<Made>({ device, check }: Gpu, make: () => Made | Promise<Made>, sizeOf: (made: Made) => number, undo: (made: Made) => void): Promise<Made> {
  device.pushErrorScope('out-of-memory');
  let making: Made | Promise<Made>;
  let error: GPUError | null;
  try {
    making = make();
  } finally {
    // The scope covers what is made before the first await, which is every buffer.
    error = await device.popErrorScope();
  }
  const made = await making;
  if (error) {
    const bytes = sizeOf(made);
    undo(made);
    throw new OutOfMemoryError(bytes);
  }
  check();
  return made;
}
