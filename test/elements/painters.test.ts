/** One picture, painted from a buffer by the shader and from numbers on the CPU: equal in every pixel. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SignalStorage } from '../../src/engine';
import { colourTable, type ScaleKind } from '../../src/elements/colour/scale';
import { paintEntries } from '../../src/elements/paint/canvas_painter';
import { GpuPainter } from '../../src/elements/paint/gpu_painter';
import type { PaintWindow } from '../../src/elements/paint/window';
import { codingFor, logCodingFor } from '../../src/elements/range';

const [ROWS, STEPS, SEQUENCES, STRIDE, OFFSET] = [7, 11, 3, 8, 5];
const LENGTH = 9; // of the sequence shown, the last
let device: GPUDevice;
let values: Float32Array<ArrayBuffer>;

beforeAll(async () => {
  device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  // A quarter of them small, down to what float32 hardly holds, and some of those exactly where a colour begins.
  const small = (i: number) => (i % 8 === 0 ? 10 ** (-12 + (12 * (i % 254)) / 254) : 10 ** (-45 * Math.abs(Math.sin(i))));
  values = Float32Array.from({ length: OFFSET + STEPS * SEQUENCES * STRIDE }, (_, i) => (i % 4 === 0 ? small(i) : 1.3 * Math.sin(i * i)));
  const special = [NaN, Infinity, -Infinity, 0, -0, 1e-40, 3e38, -3e38, 1, -1];
  special.forEach((value, i) => (values[OFFSET + (i % 5) * SEQUENCES * STRIDE + (SEQUENCES - 1) * STRIDE + Math.floor(i / 5)] = value));
});
afterAll(() => device.destroy());

const at = (row: number, step: number) => (step < LENGTH ? values[OFFSET + (step * SEQUENCES + SEQUENCES - 1) * STRIDE + row] : 0);

function storageOf(): SignalStorage {
  const buffer = device.createBuffer({ size: values.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, values);
  const lengths = device.createBuffer({ size: 4 * SEQUENCES, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(lengths, 0, new Uint32Array([1, 2, LENGTH]));
  return {
    device,
    buffer,
    lengths,
    offset: OFFSET,
    modelStride: 0,
    stepStride: SEQUENCES * STRIDE,
    sequenceStride: STRIDE,
    groupStride: 4,
    groupWidth: 4,
    activation: 'identity',
  };
}

function bytesOf(canvas: HTMLCanvasElement): Uint8ClampedArray {
  const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height }).getContext('2d')!;
  copy.drawImage(canvas, 0, 0);
  return copy.getImageData(0, 0, canvas.width, canvas.height).data;
}

const whole: PaintWindow = { width: 11 * 13, height: 7 * 9, left: 0, top: 0, entryWidth: 13, entryHeight: 9, gap: 2, stripe: 3, rows: ROWS, columns: STEPS };

it.each<[string, PaintWindow, ScaleKind, number]>([
  ['whole', whole, 'diverging', 1],
  ['scrolled to a corner that cuts entries', { ...whole, width: 61, height: 40, left: 88, top: 29 }, 'diverging', 0.7],
  ['larger than the matrix', { ...whole, width: 200, height: 100 }, 'sequential', 2],
  ['with entries of one pixel', { ...whole, width: 11, height: 7, entryWidth: 1, entryHeight: 1, gap: 0 }, 'diverging', 1],
  ['by the logarithm of magnitudes', whole, 'magnitude', 12],
  ['by the logarithm, subnormals and ends included', { ...whole, width: 90, left: 20 }, 'magnitude', 45],
])('the shader and the CPU paint the same: %s', async (_name, window, kind, limit) => {
  const coding = kind === 'magnitude' ? logCodingFor({ min: -limit, max: 0 }) : codingFor({ min: kind === 'diverging' ? -limit : 0, max: limit });
  const table = colourTable(kind, true);
  const [onGpu, onCpu] = [document.createElement('canvas'), document.createElement('canvas')];
  paintEntries(onCpu, window, at, coding, table);
  const storage = storageOf();
  const pixels = await new Promise<Uint8ClampedArray>((resolve) => {
    const paint = () => painter.paint(storage, { model: 0, sequence: SEQUENCES - 1 }, window, coding, table) && resolve(bytesOf(onGpu));
    const painter = new GpuPainter(onGpu, paint);
    paint();
  });
  expect(Array.from(pixels)).toEqual(Array.from(bytesOf(onCpu)));
});

it('paints again without making anything', async () => {
  const canvas = document.createElement('canvas');
  const storage = storageOf();
  const coding = codingFor({ min: -1, max: 1 });
  const table = colourTable('diverging', false);
  const paint = () => painter.paint(storage, { model: 0, sequence: 0 }, whole, coding, table);
  const painter = await new Promise<GpuPainter>((resolve) => {
    const made: GpuPainter = new GpuPainter(canvas, () => resolve(made));
    made.paint(storage, { model: 0, sequence: 0 }, whole, coding, table);
  });
  paint();
  const made: string[] = [];
  for (const name of ['createBuffer', 'createBindGroup', 'createRenderPipelineAsync', 'createShaderModule'] as const) {
    const original = device[name].bind(device) as (descriptor: never) => never;
    Object.defineProperty(device, name, { configurable: true, value: (descriptor: never) => (made.push(name), original(descriptor)) });
  }
  for (let i = 0; i < 3; i++) expect(paint()).toBe(true);
  expect(made).toEqual([]);
});
