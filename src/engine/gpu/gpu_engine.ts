/** The engine on the GPU: kernels compiled once per engine, models that share them. */
import type { Engine, Model } from '../engine';
import { ReleasedError } from '../errors';
import { initialParameters } from '../model/initialisation';
import { checkedParameters, type StateDict } from '../model/parameters';
import { modelShape, type ModelSpec } from '../model/spec';
import { FormChoices } from './choose_form';
import { acquireGpu, type Gpu, type GpuLimits } from './device';
import { GpuModel, type GpuContext } from './gpu_model';
import { KernelCache } from './kernel';
import { Readback } from './readback';

/**
 * Rejects with NoAdapterError where there is no WebGPU.
 * @param device - the caller's own, never destroyed; the page's shared one unless given
 * @param believed - limits to believe in instead of the device's, for tests
 */
export async function createGpuEngine(device?: GPUDevice, believed: Partial<GpuLimits> = {}): Promise<Engine> {
  const gpu = await acquireGpu(device);
  return new GpuEngine({ ...gpu, limits: { ...gpu.limits, ...believed } });
}

class GpuEngine implements Engine {
  readonly kind = 'gpu';
  readonly #context: GpuContext;
  readonly #models = new Set<GpuModel>();
  #released = false;

  constructor(private readonly gpu: Gpu) {
    const kernels = new KernelCache(gpu.device, gpu.done);
    this.#context = { engine: this, gpu, kernels, readback: new Readback(gpu, kernels), choices: new FormChoices(gpu) };
  }

  get description(): string {
    const { name, software } = this.adapter;
    return software ? `float32 on a software GPU (${name})` : `float32 on the GPU (${name})`;
  }

  get adapter(): Gpu['adapter'] {
    return this.gpu.adapter;
  }

  get lost(): Promise<string> {
    return this.gpu.lost;
  }

  async model(spec: ModelSpec, { weights }: { weights?: StateDict } = {}): Promise<Model> {
    if (this.#released) throw new ReleasedError('engine');
    this.gpu.check();
    const shape = modelShape(spec);
    const parameters = () => (weights ? checkedParameters(shape, weights) : initialParameters(shape));
    const model = await GpuModel.create(this.#context, shape, parameters, (released) => this.#models.delete(released));
    this.#models.add(model);
    return model;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const model of this.#models) model.destroy();
    this.#context.readback.release();
    this.#models.clear();
    this.gpu.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
