/** One picture, painted from a buffer by the shader and from numbers on the CPU: equal in every pixel. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignalStorage } from '../../src/engine';
import { colourTable, type ScaleKind } from '../../src/elements/colour/scale';
import { paintCells, paintEntries } from '../../src/elements/paint/canvas_painter';
import { CellColours } from '../../src/elements/paint/cell_colours';
import { GpuPainter } from '../../src/elements/paint/gpu_painter';
import type { PaintWindow } from '../../src/elements/paint/window';
import { NormPainter, paintNorms, stepLengths, type NormWindow } from '../../src/elements/paint/norm_painter';
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

/** The pixels of the first picture, which comes when the pipeline is ready. */
function paintedBy<Painter>(make: (ready: () => void) => Painter, paint: (painter: Painter) => boolean, canvas: HTMLCanvasElement): Promise<Uint8ClampedArray> {
  return new Promise((resolve) => {
    const attempt = () => paint(painter) && resolve(bytesOf(canvas));
    const painter = make(attempt);
    attempt();
  });
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
  const pixels = await paintedBy((ready) => new GpuPainter(onGpu, ready), (painter) => painter.paint(storage, { model: 0, sequence: SEQUENCES - 1 }, window, coding, table), onGpu);
  expect(Array.from(pixels)).toEqual(Array.from(bytesOf(onCpu)));
});

describe('a window that moves over the same cells', () => {
  const coding = codingFor({ min: -1, max: 1 });
  const table = colourTable('diverging', true);
  const cells = (window: PaintWindow) => new CellColours({ rows: ROWS, columns: STEPS, at, logarithms: false }, window, coding);
  const small = { ...whole, width: 47, height: 31 };
  const onePixel = { ...whole, width: 7, height: 5, entryWidth: 1, entryHeight: 1, gap: 0 };

  it.each<[string, PaintWindow, readonly (readonly [left: number, top: number])[]]>([
    ['right, left, down, up and aslant', small, [[0, 0], [5, 0], [60, 3], [58, 20], [96, 32], [70, 9], [0, 0]]],
    ['by more than it is wide', small, [[0, 0], [90, 0], [2, 0]]],
    ['by nothing', small, [[13, 9], [13, 9]]],
    ['beyond the end', { ...small, width: 100, height: 60 }, [[40, 0], [80, 30], [43, 3]]],
    ['over entries of one pixel', onePixel, [[0, 0], [1, 0], [4, 2], [3, 1], [3, 0]]],
  ])('%s shows what one that is painted anew does', (_name, window, places) => {
    const canvas = document.createElement('canvas');
    const same = cells(window);
    for (const [left, top] of places) {
      const there = { ...window, left, top };
      paintCells(canvas, there, same, table, false);
      const anew = document.createElement('canvas');
      paintEntries(anew, there, at, coding, table);
      expect(Array.from(bytesOf(canvas)), `${left}, ${top}`).toEqual(Array.from(bytesOf(anew)));
    }
  });

  it('looks at no cell but those that come into sight', () => {
    const canvas = document.createElement('canvas');
    const same = cells(small);
    const asked: string[] = [];
    const { indices } = same;
    same.indices = (rows, columns) => {
      asked.push(`${rows.join('–')}, ${columns.join('–')}`);
      return indices.call(same, rows, columns);
    };
    paintCells(canvas, small, same, table, false);
    paintCells(canvas, { ...small, left: 26 }, same, table, false);
    paintCells(canvas, { ...small, left: 26, top: 9 }, same, table, false);
    expect(asked).toEqual(['0–3, 0–3', '0–3, 3–5', '3–4, 2–5']);
  });

  it('is painted anew in other colours', () => {
    const canvas = document.createElement('canvas');
    const same = cells(small);
    paintCells(canvas, small, same, table, false);
    const other = colourTable('diverging', false);
    paintCells(canvas, { ...small, left: 13 }, same, other, false);
    const anew = document.createElement('canvas');
    paintEntries(anew, { ...small, left: 13 }, at, coding, other);
    expect(Array.from(bytesOf(canvas))).toEqual(Array.from(bytesOf(anew)));
  });
});

it.each<[string, ScaleKind]>([
  ['evenly', 'diverging'],
  ['by the logarithm', 'magnitude'],
])('the shader and the CPU paint the same mean over units, %s', async (_name, kind) => {
  const coding = kind === 'magnitude' ? logCodingFor({ min: -6, max: 0 }) : codingFor({ min: -1, max: 1 });
  const table = colourTable(kind, false);
  const window = { ...whole, rows: 1, height: 9 };
  const [onGpu, onCpu] = [document.createElement('canvas'), document.createElement('canvas')];
  // From the third unit on: the first two hold what is no number in some steps, and the step after those is striped.
  const meanAt = (_row: number, step: number) => [1, 2, 3, 4, 5].reduce((sum, k) => sum + at(1 + k, step), 0) / 5;
  paintEntries(onCpu, window, meanAt, coding, table);
  const storage = { ...storageOf(), offset: OFFSET + 2, groupWidth: STRIDE };
  const pixels = await paintedBy((ready) => new GpuPainter(onGpu, ready), (painter) => painter.paint(storage, { model: 0, sequence: SEQUENCES - 1 }, window, coding, table, 5), onGpu);
  // Sums in float32 and float64 may fall on two sides of where a colour begins: neighbours on the scale.
  const expected = bytesOf(onCpu);
  expect(Math.max(...pixels.map((byte, i) => Math.abs(byte - expected[i])))).toBeLessThanOrEqual(4);
  expect(new Set(pixels).size).toBeGreaterThan(8);
});

it('a mean with an entry that is no number is striped by both', async () => {
  const coding = codingFor({ min: -1, max: 1 });
  const table = colourTable('diverging', false);
  const window = { ...whole, rows: 1, height: 9 };
  const [onGpu, onCpu] = [document.createElement('canvas'), document.createElement('canvas')];
  const meanAt = (_row: number, step: number) => (at(0, step) + at(1, step) + at(2, step)) / 3;
  paintEntries(onCpu, window, meanAt, coding, table);
  const storage = storageOf();
  const pixels = await paintedBy((ready) => new GpuPainter(onGpu, ready), (painter) => painter.paint(storage, { model: 0, sequence: SEQUENCES - 1 }, window, coding, table, 3), onGpu);
  const step = (pictured: ArrayLike<number>, t: number) => Array.from({ length: 9 * 11 }, (_, i) => pictured[((i % 9) * window.width + t * 13 + Math.floor(i / 9)) * 4 + 3]);
  expect(step(pixels, 0)).toEqual(step(bytesOf(onCpu), 0));
  expect(new Set(step(pixels, 0))).toEqual(new Set([0, 255]));
});

const bars: NormWindow = { width: 9 * 8, height: 90, barWidth: 8, gap: 1, stripe: 3, columns: 9, last: 8, decades: { min: -12, max: 1 }, colour: [10, 120, 200] };

it.each<[string, number, Partial<NormWindow>]>([
  ['all units', 7, {}],
  ['one unit, down to what a float32 holds', 1, { decades: { min: -44, max: 0 } }],
  ['fewer steps from an earlier one on', 4, { columns: 6, last: 5 }],
])('the shader and the CPU draw the same lengths: %s', async (_name, units, change) => {
  const window = { ...bars, ...change };
  const storage = storageOf();
  // The last sequence of the batch is the first of what is drawn, and its units lie side by side.
  const first = { ...storage, offset: OFFSET + (SEQUENCES - 1) * STRIDE, groupWidth: STRIDE };
  device.queue.writeBuffer(storage.lengths, 0, new Uint32Array([LENGTH, LENGTH, LENGTH]));
  const flat = Float64Array.from({ length: LENGTH * units }, (_, i) => values[first.offset + Math.floor(i / units) * SEQUENCES * STRIDE + (i % units)]);
  const log10 = stepLengths(flat, [1, LENGTH, 1, units]);
  const [onGpu, onCpu] = [document.createElement('canvas'), document.createElement('canvas')];
  paintNorms(onCpu, (step) => log10[step], window);
  const pixels = await paintedBy((ready) => new NormPainter(onGpu, ready), (painter) => painter.paint(first, units, window), onGpu);
  const coloured = (bytes: ArrayLike<number>, distance: number) => Array.from({ length: window.height }, (_, y) => bytes[(y * window.width + distance * 8) * 4 + 3]).filter((alpha) => alpha > 0).length;
  const expected = bytesOf(onCpu);
  const heights = Array.from({ length: window.columns }, (_, distance) => [coloured(pixels, distance), coloured(expected, distance)] as const);
  // A logarithm in float32 may fall on the other side of one pixel's middle; what is subnormal a device may take for 0.
  heights.forEach(([gpu, cpu], distance) => (log10[window.last - distance] < -37.9 ? expect(gpu).toBe(0) : expect(Math.abs(gpu - cpu)).toBeLessThanOrEqual(1)));
  expect(new Set(heights.map(([gpu]) => gpu)).size).toBeGreaterThan(1);
});

it('lengths too small or too large for their squares are those of the numbers, and none where an entry is none', () => {
  expect(Array.from(stepLengths([3e-200, 4e-200, 3e200, 4e200, 0, 0, NaN, 1], [1, 4, 1, 2]))).toEqual([Math.log10(5e-200), Math.log10(5e200), -Infinity, NaN]);
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
