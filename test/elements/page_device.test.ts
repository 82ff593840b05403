/** What elements of one page share, and what they cost: one device, nothing off the screen, and nothing once they are gone. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import '../../src/elements/define';
import { createEngine } from '../../src/engine';
import type { RnnHeatmap } from '../../src/elements/rnn-heatmap';
import { countGpuCalls } from '../gpu/gpu_calls';
import { inside, mount, pixelsOf, settled } from './mounting';

const TAG = '<rnn-heatmap text="a b c" hidden="4" embedding="4" device="gpu"></rnn-heatmap>';

/** Devices asked for, devices destroyed, and what has to be destroyed by hand and was not. */
const counts = { devices: 0, ended: 0, alive: 0 };
const undo: (() => void)[] = [];

function follow(prototype: object, name: string, note: () => void): void {
  const original = Reflect.get(prototype, name) as (...given: unknown[]) => unknown;
  Reflect.set(prototype, name, function (this: unknown, ...given: unknown[]) {
    note();
    return original.apply(this, given);
  });
  undo.push(() => Reflect.set(prototype, name, original));
}

beforeAll(() => {
  follow(GPUAdapter.prototype, 'requestDevice', () => counts.devices++);
  follow(GPUDevice.prototype, 'destroy', () => counts.ended++);
  for (const thing of ['Buffer', 'Texture', 'QuerySet']) follow(GPUDevice.prototype, `create${thing}`, () => counts.alive++);
  for (const { prototype } of [GPUBuffer, GPUTexture, GPUQuerySet]) follow(prototype, 'destroy', () => counts.alive--);
});

afterAll(() => undo.forEach((restore) => restore()));

beforeEach(() => scrollTo(0, 0));

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const canvasOf = (heatmap: Element) => inside<HTMLCanvasElement>(heatmap, '.plot canvas');

/** Colours on the canvas: it can only be read in the frame in which it was painted. */
async function colours(heatmap: RnnHeatmap): Promise<number> {
  heatmap.requestUpdate();
  await heatmap.updateComplete;
  await frame();
  return new Set(pixelsOf(canvasOf(heatmap), 4, 3).flat().filter(([, , , alpha]) => alpha === 255).map(String)).size;
}

/** All of them have been seen, one after the other. */
async function drawn(box: Element): Promise<void> {
  for (const heatmap of box.children as unknown as RnnHeatmap[]) {
    await settled(async () => {
      heatmap.scrollIntoView({ block: 'center' });
      expect(await colours(heatmap)).toBeGreaterThan(6);
    });
  }
}

/** What is alive once nothing is given back any more: what was under way has to end first. */
async function atRest(): Promise<number> {
  let before = Infinity;
  while (counts.alive < before) {
    before = counts.alive;
    for (let i = 0; i < 20; i++) await frame();
  }
  return counts.alive;
}

it('sixty heatmaps draw on one device, and give back what they had when they go', async () => {
  const grid = `<div style="display: grid; grid-template-columns: repeat(6, 100px)">${TAG.repeat(60)}</div>`;
  const first = mount<HTMLElement>(grid);
  await drawn(first);
  expect(counts.devices).toBe(1);

  first.remove();
  const kept = await atRest();
  const second = mount<HTMLElement>(grid);
  await drawn(second);
  second.remove();
  await settled(() => expect(counts.alive).toBeLessThanOrEqual(kept));
  expect(counts.devices).toBe(1);
}, 120_000);

it('leaves nothing on the GPU after coming and going five hundred times', async () => {
  const box = mount<HTMLElement>('<div></div>');
  const come = async (isDrawn: boolean) => {
    box.innerHTML = TAG;
    if (isDrawn) await settled(() => canvasOf(box.firstElementChild!));
    await frame();
    box.replaceChildren();
  };
  await come(true);
  const kept = await atRest();
  for (let i = 0; i < 500; i++) await come(i % 25 === 0);
  await settled(() => expect(counts.alive).toBeLessThanOrEqual(kept));
  expect(counts.devices).toBe(1);
}, 240_000);

it('computes nothing while it is far down the page or hidden, keeps its room, and draws when it comes near', async () => {
  const box = mount<HTMLElement>(`<div><div hidden>${TAG}</div><div style="height: 5000px"></div>${TAG}</div>`);
  const [hidden, far] = box.querySelectorAll('rnn-heatmap');
  const { dispatches, submits } = await countGpuCalls(async () => {
    for (let i = 0; i < 20; i++) await frame();
    far.seed = 2;
    hidden.text = 'x y z';
    for (let i = 0; i < 20; i++) await frame();
  });
  expect({ dispatches, submits }).toEqual({ dispatches: 0, submits: 0 });
  expect(far.getBoundingClientRect().height).toBeGreaterThan(40);

  far.scrollIntoView();
  await settled(async () => expect(await colours(far)).toBeGreaterThan(6));
  hidden.parentElement!.hidden = false;
  scrollTo(0, 0);
  await settled(() => expect(inside(hidden, '.plot').getAttribute('aria-colcount')).toBe('3'));
});

it('paints nothing of a model that goes on while it is far down the page', async () => {
  const box = mount<HTMLElement>('<div><rnn-model id="m" text="a b c" hidden="4" embedding="4" device="gpu"></rnn-model><rnn-heatmap for="m"></rnn-heatmap><div style="height: 5000px"></div></div>');
  const heatmap = box.querySelector('rnn-heatmap')!;
  await settled(async () => expect(await colours(heatmap)).toBeGreaterThan(6));
  box.append(heatmap);
  scrollTo(0, 0);
  for (let i = 0; i < 10; i++) await frame();
  let passes = 0;
  follow(GPUCommandEncoder.prototype, 'beginRenderPass', () => passes++);
  heatmap.signal = 'c';
  for (let i = 0; i < 20; i++) await frame();
  expect(passes).toBe(0);
  heatmap.scrollIntoView();
  await settled(() => expect(passes).toBeGreaterThan(0));
});

it('never destroys a device that it was given', async () => {
  const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  const ended = counts.ended;
  const engine = await createEngine({ device });
  const model = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'gru', hidden: 4 }], seed: 1 });
  const tape = await model.run({ words: ['a', 'b', 'c'] });
  const heatmap = mount('<rnn-heatmap></rnn-heatmap>');
  heatmap.source = tape.signal('h');
  await settled(async () => expect(await colours(heatmap)).toBeGreaterThan(6));
  heatmap.remove();
  tape.release();
  model.release();
  engine.release();
  await frame();
  expect(counts.ended).toBe(ended);
  await device.queue.onSubmittedWorkDone();
  expect(await Promise.race([device.lost.then(() => 'lost'), frame().then(() => 'there')])).toBe('there');
  device.destroy();
});
