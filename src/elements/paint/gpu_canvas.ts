/**
 * A WebGPU canvas that one fragment shader paints from the buffer that a signal was computed in: one render pass, nothing
 * read back, and nothing made that was not there the frame before. Pipelines are shared by all canvases of a device.
 */
import { shaderCode, type SignalStorage } from '../../engine';
import { recordPicture } from './paint_frame';

/** A fragment shader below shaders/paint, and what it binds: a picture, tables, then the signal's values and lengths. */
export interface PaintShader {
  readonly name: string;
  readonly pictureBytes: number;
  /** Bytes of each table, in the order of their bindings. */
  readonly tables: readonly number[];
}

interface DeviceParts {
  readonly device: GPUDevice;
  readonly picture: GPUBuffer;
  readonly tables: readonly { readonly buffer: GPUBuffer; content: unknown }[];
  /** By the signal's buffer: the pool hands the same ones out again. */
  readonly groups: WeakMap<GPUBuffer, { readonly lengths: GPUBuffer; readonly group: GPUBindGroup }>;
}

export class GpuCanvas {
  readonly #context: GPUCanvasContext | null;
  #own: DeviceParts | undefined;
  #pipeline: GPURenderPipeline | undefined;

  /** @param ready - called when a device's pipeline has been made and painting can go on */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly shader: PaintShader,
    private readonly ready: () => void,
  ) {
    this.#context = canvas.getContext('webgpu');
  }

  /**
   * Paints the whole canvas at that size, in pixels; false if it cannot yet.
   *
   * @param tables - written where they are not what they were
   */
  paint(storage: SignalStorage, { width, height }: { readonly width: number; readonly height: number }, picture: ArrayBuffer, tables: readonly Uint32Array<ArrayBuffer>[]): boolean {
    const context = this.#context;
    if (!context) return false;
    const own = this.#partsFor(storage.device, context);
    const pipeline = this.#pipeline;
    if (!pipeline) return false;
    const { canvas } = this;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;

    const { queue } = storage.device;
    queue.writeBuffer(own.picture, 0, picture);
    own.tables.forEach((table, k) => {
      if (table.content !== tables[k]) queue.writeBuffer(table.buffer, 0, tables[k]);
      table.content = tables[k];
    });
    recordPicture(storage.device, (encoder) => {
      const pass = encoder.beginRenderPass({
        label: this.shader.name,
        colorAttachments: [{ view: context.getCurrentTexture().createView(), loadOp: 'clear', storeOp: 'store', clearValue: [0, 0, 0, 0] }],
      });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.#groupFor(own, storage));
      pass.draw(3);
      pass.end();
    });
    return true;
  }

  /** Gives back what this canvas has on its device. */
  release(): void {
    this.#own?.picture.destroy();
    for (const { buffer } of this.#own?.tables ?? []) buffer.destroy();
    this.#own = undefined;
    this.#context?.unconfigure();
  }

  #partsFor(device: GPUDevice, context: GPUCanvasContext): DeviceParts {
    if (this.#own?.device === device) return this.#own;
    this.release();
    context.configure({ device, format: navigator.gpu.getPreferredCanvasFormat(), alphaMode: 'premultiplied' });
    const { name, pictureBytes, tables } = this.shader;
    const uniform = (size: number) => device.createBuffer({ label: `${name} uniform`, size, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    this.#own = { device, picture: uniform(pictureBytes), tables: tables.map((size) => ({ buffer: uniform(size), content: undefined })), groups: new WeakMap() };
    this.#pipeline = undefined;
    pipelineOf(device, name).then(
      (pipeline) => {
        if (this.#own?.device !== device) return;
        this.#pipeline = pipeline;
        this.ready();
      },
      () => undefined, // the device is gone: the engine tells
    );
    return this.#own;
  }

  #groupFor({ device, picture, tables, groups }: DeviceParts, { buffer, lengths }: SignalStorage): GPUBindGroup {
    const known = groups.get(buffer);
    if (known?.lengths === lengths) return known.group;
    const resources = [picture, ...tables.map((table) => table.buffer), buffer, lengths];
    const group = device.createBindGroup({
      label: this.shader.name,
      layout: this.#pipeline!.getBindGroupLayout(0),
      entries: resources.map((resource, binding) => ({ binding, resource: { buffer: resource } })),
    });
    groups.set(buffer, { lengths, group });
    return group;
  }
}

const pipelines = new WeakMap<GPUDevice, Map<string, Promise<GPURenderPipeline>>>();

function pipelineOf(device: GPUDevice, name: string): Promise<GPURenderPipeline> {
  const known = pipelines.get(device) ?? new Map<string, Promise<GPURenderPipeline>>();
  pipelines.set(device, known);
  const pipeline = known.get(name) ?? makePipeline(device, name);
  known.set(name, pipeline);
  return pipeline;
}

async function makePipeline(device: GPUDevice, name: string): Promise<GPURenderPipeline> {
  const modules = ['paint/whole_canvas', `paint/${name}`].map(async (label) => device.createShaderModule({ label, code: await shaderCode(label) }));
  const [vertex, fragment] = await Promise.all(modules);
  return device.createRenderPipelineAsync({
    label: name,
    layout: 'auto',
    vertex: { module: vertex },
    fragment: { module: fragment, targets: [{ format: navigator.gpu.getPreferredCanvasFormat() }] },
  });
}
