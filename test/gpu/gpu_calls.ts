/** Counts what goes through WebGPU's prototypes while something runs. */

export interface GpuCalls {
  /** Labels of buffers, bind groups, layouts, pipelines, shader modules and textures that were created. */
  made: string[];
  passes: number;
  submits: number;
  dispatches: number;
  maps: number;
}

/** Runs the work and says what it cost. Not for two at once. */
export async function countGpuCalls(work: () => Promise<unknown>): Promise<GpuCalls> {
  const calls: GpuCalls = { made: [], passes: 0, submits: 0, dispatches: 0, maps: 0 };
  const undo: (() => void)[] = [];
  const count = (prototype: object, name: string, note: (argument: unknown) => void) => {
    const original = Reflect.get(prototype, name) as (...given: unknown[]) => unknown;
    Reflect.set(prototype, name, function (this: unknown, ...given: unknown[]) {
      note(given[0]);
      return original.apply(this, given);
    });
    undo.push(() => Reflect.set(prototype, name, original));
  };
  for (const thing of ['Buffer', 'BindGroup', 'BindGroupLayout', 'PipelineLayout', 'ShaderModule', 'ComputePipeline', 'ComputePipelineAsync', 'RenderPipeline', 'RenderPipelineAsync', 'Texture']) {
    count(GPUDevice.prototype, `create${thing}`, (descriptor) => calls.made.push(`${thing} ${(descriptor as { label?: string } | undefined)?.label ?? ''}`));
  }
  count(GPUCommandEncoder.prototype, 'beginComputePass', () => calls.passes++);
  count(GPUQueue.prototype, 'submit', () => calls.submits++);
  count(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => calls.dispatches++);
  count(GPUBuffer.prototype, 'mapAsync', () => calls.maps++);
  try {
    await work();
  } finally {
    for (const restore of undo) restore();
  }
  return calls;
}

/**
 * Repeats the work until it makes nothing on the GPU, and says what the last time made. A view that draws one set of
 * buffers while another is filled has to have met every set once, and on a busy machine it meets them late.
 */
export async function madeOnceSettled(work: () => Promise<unknown>, attempts = 10): Promise<string[]> {
  let made: string[] = [];
  for (let i = 0; i < attempts; i++) {
    ({ made } = await countGpuCalls(work));
    if (made.length === 0) break;
  }
  return made;
}
