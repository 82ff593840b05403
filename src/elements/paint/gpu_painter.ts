/**
 * Paints a signal on a WebGPU canvas from the buffer it was computed in: one render pass, nothing read back, and
 * nothing made that was not there the frame before. Pipelines are shared by all canvases of a device.
 */
import { shaderCode, viewNumbers, type SignalStorage } from '../../engine';
import type { ColourTable } from '../colour/scale';
import type { Coding } from '../range';
import type { PaintWindow } from './window';

const PICTURE_BYTES = 96;

/** What the shader reads besides the picture: which model of the bundle, which sequence of the batch. */
export interface Instance {
  readonly model: number;
  readonly sequence: number;
}

export class GpuPainter {
  readonly #context: GPUCanvasContext | null;
  readonly #picture = new ArrayBuffer(PICTURE_BYTES);
  #own: DeviceParts | undefined;
  #pipeline: GPURenderPipeline | undefined;
  #colours: ColourTable | undefined;
  #thresholds: Coding['thresholds'] | undefined;

  /** @param ready - called when a device's pipeline has been made and painting can go on */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly ready: () => void,
  ) {
    this.#context = canvas.getContext('webgpu');
  }

  /** Paints the whole window; false if it cannot yet. */
  paint(storage: SignalStorage, { model, sequence }: Instance, window: PaintWindow, coding: Coding, table: ColourTable): boolean {
    const context = this.#context;
    if (!context) return false;
    const own = this.#partsFor(storage.device, context);
    if (!this.#pipeline) return false;
    const { canvas } = this;
    if (canvas.width !== window.width) canvas.width = window.width;
    if (canvas.height !== window.height) canvas.height = window.height;

    const { queue } = storage.device;
    this.#describe(storage, model, sequence, window, coding);
    queue.writeBuffer(own.picture, 0, this.#picture);
    if (this.#colours !== table) queue.writeBuffer(own.colours, 0, table.buffer);
    this.#colours = table;
    if (this.#thresholds !== coding.thresholds) queue.writeBuffer(own.thresholds, 0, coding.thresholds);
    this.#thresholds = coding.thresholds;
    const commands = storage.device.createCommandEncoder({ label: 'heatmap' });
    const pass = commands.beginRenderPass({
      label: 'heatmap',
      colorAttachments: [{ view: context.getCurrentTexture().createView(), loadOp: 'clear', storeOp: 'store', clearValue: [0, 0, 0, 0] }],
    });
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#groupFor(own, storage));
    pass.draw(3);
    pass.end();
    queue.submit([commands.finish()]);
    return true;
  }

  /** Gives back what this canvas has on its device. */
  release(): void {
    this.#own?.picture.destroy();
    this.#own?.colours.destroy();
    this.#own?.thresholds.destroy();
    this.#own = undefined;
    this.#context?.unconfigure();
  }

  #partsFor(device: GPUDevice, context: GPUCanvasContext): DeviceParts {
    if (this.#own?.device === device) return this.#own;
    this.release();
    context.configure({ device, format: navigator.gpu.getPreferredCanvasFormat(), alphaMode: 'premultiplied' });
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#own = {
      device,
      picture: device.createBuffer({ label: 'heatmap picture', size: PICTURE_BYTES, usage }),
      colours: device.createBuffer({ label: 'heatmap colours', size: 1024, usage }),
      thresholds: device.createBuffer({ label: 'heatmap thresholds', size: 1024, usage }),
      groups: new WeakMap(),
    };
    this.#colours = this.#thresholds = this.#pipeline = undefined;
    heatmapPipeline(device).then(
      (pipeline) => {
        if (this.#own?.device !== device) return;
        this.#pipeline = pipeline;
        this.ready();
      },
      () => undefined, // the device is gone: the engine tells
    );
    return this.#own;
  }

  #groupFor({ device, picture, colours, thresholds, groups }: DeviceParts, { buffer, lengths }: SignalStorage): GPUBindGroup {
    const known = groups.get(buffer);
    if (known?.lengths === lengths) return known.group;
    const resources = [picture, colours, thresholds, buffer, lengths];
    const group = device.createBindGroup({
      label: 'heatmap',
      layout: this.#pipeline!.getBindGroupLayout(0),
      entries: resources.map((resource, binding) => ({ binding, resource: { buffer: resource } })),
    });
    groups.set(buffer, { lengths, group });
    return group;
  }

  /** Fills the uniform: the order is that of `Picture` in the shader. */
  #describe(storage: SignalStorage, model: number, sequence: number, window: PaintWindow, { scaling, min, max, scale, offset }: Coding): void {
    const words = new Uint32Array(this.#picture);
    const { rows, columns, left, top, entryWidth, entryHeight, gap, stripe } = window;
    words.set([rows, columns, left, top, entryWidth, entryHeight, gap, stripe]);
    new Float32Array(this.#picture).set([min, max, scale, offset], 8);
    words.set([model, sequence, scaling === 'log' ? 1 : 0], 12);
    words.set(viewNumbers(storage), 16);
  }
}

interface DeviceParts {
  readonly device: GPUDevice;
  readonly picture: GPUBuffer;
  readonly colours: GPUBuffer;
  readonly thresholds: GPUBuffer;
  /** By the signal's buffer: the pool hands the same ones out again. */
  readonly groups: WeakMap<GPUBuffer, { readonly lengths: GPUBuffer; readonly group: GPUBindGroup }>;
}

const pipelines = new WeakMap<GPUDevice, Promise<GPURenderPipeline>>();

function heatmapPipeline(device: GPUDevice): Promise<GPURenderPipeline> {
  let pipeline = pipelines.get(device);
  if (!pipeline) {
    pipeline = makePipeline(device);
    pipelines.set(device, pipeline);
  }
  return pipeline;
}

async function makePipeline(device: GPUDevice): Promise<GPURenderPipeline> {
  const modules = ['paint/whole_canvas', 'paint/heatmap'].map(async (label) => device.createShaderModule({ label, code: await shaderCode(label) }));
  const [vertex, fragment] = await Promise.all(modules);
  return device.createRenderPipelineAsync({
    label: 'heatmap',
    layout: 'auto',
    vertex: { module: vertex },
    fragment: { module: fragment, targets: [{ format: navigator.gpu.getPreferredCanvasFormat() }] },
  });
}
