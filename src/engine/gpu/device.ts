/** The GPU device: one for everything on a page, made when first needed, given back when nobody needs it. */
import { DeviceLostError, EngineError, NoAdapterError } from '../errors';
import type { Neighbours } from './linker';

/** What the engine believes it may use; tests lower it to see shapes refused and work cut up. */
export interface GpuLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  /** Multiply-adds one workgroup may do in one dispatch: 8 ms at the 2.5 G a second of a slow phone's single core. */
  readonly workPerDispatch: number;
}

const requested = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupsPerDimension',
] as const;

const optional: readonly GPUFeatureName[] = ['subgroups'];

const WORK_PER_DISPATCH = 20e6;

/** A device that is lost tells of itself later than what it broke; not by so many milliseconds. */
const TELLING = 1000;

export interface Gpu {
  readonly device: GPUDevice;
  readonly adapter: { readonly name: string; readonly software: boolean };
  readonly limits: GpuLimits;
  /** How invocations of a kernel best share what they read. */
  readonly neighbours: Neighbours;
  /** Settles when the device is taken away; not when it is given back. */
  readonly lost: Promise<string>;
  /** Throws what went wrong on the device since it was made: it was lost, or it refused something. */
  check(): void;
  /** What comes of something asked of the device. Rejects with DeviceLostError where that is why it failed. */
  done<Result>(asked: Promise<Result>): Promise<Result>;
  release(): void;
}

let shared: { gpu: Promise<Gpu>; holders: number } | undefined;

/** Takes the page's device, or wraps the caller's own, which is then never destroyed. Rejects with NoAdapterError. */
export async function acquireGpu(own?: GPUDevice): Promise<Gpu> {
  if (own) return wrap(own, nameOf(own.adapterInfo), () => {});
  shared ??= { gpu: requestGpu(), holders: 0 };
  const entry = shared;
  entry.holders++;
  const forget = () => {
    if (shared === entry) shared = undefined;
  };
  const gpu = await entry.gpu.catch((error: unknown) => {
    forget();
    throw error;
  });
  void gpu.lost.then(forget);
  let held = true;
  return {
    ...gpu,
    release() {
      if (!held) return;
      held = false;
      if (--entry.holders > 0) return;
      forget();
      gpu.release();
    },
  };
}

async function requestGpu(): Promise<Gpu> {
  if (typeof navigator === 'undefined' || !navigator.gpu) throw new NoAdapterError('This browser has no WebGPU.');
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new NoAdapterError('WebGPU found no graphics adapter it can use here.');
  const requiredLimits = Object.fromEntries(requested.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = optional.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ label: 'rnn-heatmap', requiredLimits, requiredFeatures });
  return wrap(device, nameOf(adapter.info), () => device.destroy());
}

function wrap(device: GPUDevice, adapter: Gpu['adapter'], destroy: () => void): Gpu {
  let fault: EngineError | undefined;
  let released = false;
  const lost = new Promise<string>((resolve) => {
    void device.lost.then(({ message }) => {
      if (released) return;
      const reason = message || 'no reason given';
      fault = new DeviceLostError(reason);
      resolve(reason);
    });
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    fault ??= new EngineError('gpu', `The GPU refused a command: ${error.message}`);
  });
  return {
    device,
    adapter,
    limits: { ...pick(device.limits), workPerDispatch: WORK_PER_DISPATCH },
    neighbours: neighboursOn(device, adapter.software),
    lost,
    check() {
      if (fault) throw fault;
    },
    async done(asked) {
      try {
        return await asked;
      } catch (error) {
        await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, TELLING))]);
        throw fault instanceof DeviceLostError ? fault : error;
      }
    },
    release() {
      released = true;
      destroy();
    },
  };
}

function pick(limits: GPUSupportedLimits): Omit<GpuLimits, 'workPerDispatch'> {
  return Object.fromEntries(requested.map((name) => [name, limits[name]])) as unknown as Omit<GpuLimits, 'workPerDispatch'>;
}

function nameOf(info: GPUAdapterInfo | undefined): Gpu['adapter'] {
  const name = info?.description || [info?.vendor, info?.architecture].filter(Boolean).join(' ') || 'an adapter without a name';
  return { name, software: info?.isFallbackAdapter ?? false };
}

/**
 * A software adapter reads a `vec4f` for each invocation as slowly as it multiplies nine, and passes one on to three others in
 * a sixth of that time. A GPU reads what neighbours share from its cache.
 */
function neighboursOn({ features }: GPUDevice, software: boolean): Neighbours {
  return software && features.has('subgroups') && navigator.gpu.wgslLanguageFeatures.has('subgroup_id') ? 'quads' : 'each';
}
