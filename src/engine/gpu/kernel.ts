/** A compute kernel ready to run: its pipeline, and its bindings by the names the shader gives them. */
import { EngineError } from '../errors';
import { linkShader } from './linker';

interface Binding {
  readonly binding: number;
  readonly name: string;
  readonly type: GPUBufferBindingType;
}

/** What a binding is made of: a whole buffer, or a part of one that starts at a multiple of 256 bytes. */
export type Bound = GPUBuffer | GPUBufferBinding;

export interface Kernel {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  /** A bind group of these buffers. Throws EngineError naming a buffer that is missing. */
  bind(buffers: Readonly<Record<string, Bound>>): GPUBindGroup;
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
  readonly #kernels = new Map<string, Promise<Kernel>>();

  constructor(private readonly device: GPUDevice) {}

  /** Rejects with EngineError, at the author's file and line, if the shader does not compile. */
  kernel(entry: string, variant?: string, constants: Record<string, number> = {}): Promise<Kernel> {
    const key = JSON.stringify([entry, variant, constants]);
    let kernel = this.#kernels.get(key);
    if (!kernel) {
      kernel = this.#compile(entry, variant, constants);
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }

  async #compile(entry: string, variant: string | undefined, constants: Record<string, number>): Promise<Kernel> {
    const { device } = this;
    const linked = linkShader(entry, variant);
    const label = variant ? `${entry} ${variant}` : entry;
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
    const pipeline = await device
      .createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main', constants },
      })
      .catch(async (error: unknown) => {
        const { messages } = await module.getCompilationInfo();
        const first = messages.find(({ type }) => type === 'error');
        const place = first?.lineNum ? linked.locate(first.lineNum) : undefined;
        const where = place ? `${place.file}:${place.line}: ${first!.message}` : `${label}: ${String(error)}`;
        throw new EngineError('shader', where, { cause: error });
      });
    return {
      label,
      pipeline,
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
}
