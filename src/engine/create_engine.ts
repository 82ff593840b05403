/** Makes an engine: the GPU's where there is one, the float64 reference elsewhere, and says which in words. */
import type { Engine } from './engine';
import { NoAdapterError, OptionError } from './errors';

export interface EngineOptions {
  /** `auto` (the default) takes the GPU and falls back to the CPU; a GPUDevice is used and never destroyed. */
  readonly device?: 'auto' | 'gpu' | 'cpu' | GPUDevice;
  /** With `device: 'cpu'`: why the CPU computes, as a sentence for the reader, where it is not by choice. */
  readonly reason?: string;
}

/** Rejects with NoAdapterError for `device: 'gpu'` without WebGPU, OptionError for an unknown device. */
export async function createEngine({ device = 'auto', reason }: EngineOptions = {}): Promise<Engine> {
  if (device === 'cpu') return cpuEngine(reason);
  if (device === 'gpu' || typeof device === 'object') return gpuEngine(device === 'gpu' ? undefined : device);
  if (device !== 'auto') throw new OptionError('device', `device: "${String(device)}" given; it must be auto, gpu, cpu or a GPUDevice.`);
  try {
    return await gpuEngine(undefined);
  } catch (error) {
    if (error instanceof NoAdapterError) return cpuEngine(error.message);
    throw error;
  }
}

async function gpuEngine(device: GPUDevice | undefined): Promise<Engine> {
  const { createGpuEngine } = await import('./gpu/gpu_engine');
  return createGpuEngine(device);
}

async function cpuEngine(reason?: string): Promise<Engine> {
  const { createReferenceEngine } = await import('./reference/reference_engine');
  return createReferenceEngine(reason);
}
