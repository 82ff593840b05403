/** A compute kernel: its pipeline, and its bindings by the names the shader gives them. */
import { DeviceLostError, EngineError } from '../errors';
import type { Gpu } from './device';
import { linkShader, type LinkedShader, type Neighbours } from './linker';
import { writtenOut } from './written_out';

interface Binding {
  readonly binding: number;
  readonly name: string;
  readonly type: GPUBufferBindingType;
}

/** What a binding is made of: a whole buffer, or a part of one that starts at a multiple of 256 bytes. */
export type Bound = GPUBuffer | GPUBufferBinding;

export interface Kernel {
  readonly label: string;
  /** Settles once the pipeline can run. Rejects with EngineError, at the author's file and line, if the shader does not compile. */
  readonly ready: Promise<void>;
  /** Throws EngineError before it is ready. */
  readonly pipeline: GPUComputePipeline;
  /** A bind group of these buffers. Throws EngineError naming a buffer that is missing. */
  bind(buffers: Readonly<Record<string, Bound>>): GPUBindGroup;
}

/** What a kernel is made for. */
export interface Making {
  /** The cell or the optimiser. */
  readonly variant?: string;
  /** Values of its `override` declarations. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Sizes of the loops that are written out, in the place of its constants. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** How invocations share what they read; not at all unless said. */
  readonly neighbours?: Neighbours;
}

/** Bytes between two spans in a uniform buffer: the specification's default `minUniformBufferOffsetAlignment`. */
export const SPAN_STRIDE = 256;

const SPAN_BYTES = 16;

const bindingLine = /^@group\(0\) @binding\((\d+)\) var<(uniform|storage, read|storage, read_write)> (\w+):/gm;

/** The bindings a shader declares, in order. */
export function bindingsOf(code: string): Binding[] {
  return Array.from(code.matchAll(bindingLine), ([, binding, access, name]) => ({
    binding: Number(binding),
    name,
    type: access === 'uniform' ? 'uniform' : access === 'storage, read' ? 'read-only-storage' : 'storage',
  }));
}

/** The kernels of one device, each compiled once. */
export class KernelCache {
  readonly #kernels = new Map<string, Kernel>();

  /** @param done - tells a lost device from a shader that is wrong; without it they are not told apart */
  constructor(
    private readonly device: GPUDevice,
    private readonly done: Gpu['done'] = (asked) => asked,
  ) {}

  /** A kernel, ready to run. Rejects with EngineError, at the author's file and line, if the shader does not compile. */
  async kernel(entry: string, variant?: string, constants?: Making['constants']): Promise<Kernel> {
    const kernel = this.asked(entry, { variant, constants });
    await kernel.ready;
    return kernel;
  }

  /** Settles once nothing is being compiled. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#kernels.values()].map(({ ready }) => ready));
  }

  /** A kernel that is ready later: commands can be made of it meanwhile, and others compile beside it. */
  asked(entry: string, making: Making = {}): Kernel {
    const { variant, constants, sizes, neighbours } = making;
    const key = JSON.stringify([entry, variant, constants, sizes, neighbours]);
    let kernel = this.#kernels.get(key);
    if (!kernel) {
      kernel = kernelOf(this.device, this.done, variant ? `${entry} ${variant}` : entry, writtenOut(linkShader(entry, variant, undefined, neighbours), sizes ?? {}), constants ?? {});
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }
}

function kernelOf(device: GPUDevice, done: Gpu['done'], label: string, linked: LinkedShader, constants: Record<string, number>): Kernel {
  const bindings = bindingsOf(linked.code);
  const module = device.createShaderModule({ label, code: linked.code });
  const layout = device.createBindGroupLayout({
    label,
    entries: bindings.map(({ binding, name, type }) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type, hasDynamicOffset: name === 'span' },
    })),
  });
  const compute = { module, entryPoint: 'main', constants };
  let pipeline: GPUComputePipeline | undefined;
  const ready = done(device.createComputePipelineAsync({ label, layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }), compute })).then(
    (made) => void (pipeline = made),
    async (error: unknown) => {
      if (error instanceof DeviceLostError) throw error;
      const { messages } = await module.getCompilationInfo();
      const first = messages.find(({ type }) => type === 'error');
      const place = first?.lineNum ? linked.locate(first.lineNum) : undefined;
      const where = place ? `${place.file}:${place.line}: ${first!.message}` : `${label}: ${String(error)}`;
      throw new EngineError('shader', where, { cause: error });
    },
  );
  ready.catch(() => undefined); // whoever runs it is told
  return {
    label,
    ready,
    get pipeline() {
      if (!pipeline) throw new EngineError('shader', `${label} is run before it is ready.`);
      return pipeline;
    },
    bind(buffers) {
      const entries = bindings.map(({ binding, name }) => {
        const given = buffers[name];
        if (!given) throw new EngineError('binding', `${label}: no buffer for "${name}"; given are ${Object.keys(buffers).join(', ')}.`);
        const whole = given instanceof GPUBuffer ? { buffer: given } : given;
        return { binding, resource: name === 'span' ? { ...whole, size: SPAN_BYTES } : whole };
      });
      return device.createBindGroup({ label, layout, entries });
    },
  };
}
