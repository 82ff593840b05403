import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import '../../src/elements/define/rnn-gradient-reach';
import type { RnnGradientReach } from '../../src/elements/rnn-gradient-reach';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, mount, settled } from './mounting';
import { echo } from './training_fakes';

async function reach(device: 'cpu' | 'gpu', attributes = ''): Promise<{ model: RnnModel; element: RnnGradientReach }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="The cat that we saw" cell="rnn" hidden="5" device="${device}"></rnn-model><rnn-gradient-reach for="m" label="How far" ${attributes}></rnn-gradient-reach></div>`);
  const [model, element] = [box.querySelector('rnn-model')!, box.querySelector('rnn-gradient-reach')!];
  await settled(() => expect(said(element)).toMatch(/at the end/));
  return { model, element };
}

const said = (element: Element) => inside(element, '.summary').textContent!;

/** How many pixels of each of five bars are coloured, in the very frame in which they are painted. */
async function heights(element: RnnGradientReach, bars = 5): Promise<number[]> {
  element.requestUpdate();
  await element.updateComplete;
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const canvas = inside<HTMLCanvasElement>(element, 'canvas');
      const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height }).getContext('2d')!;
      if (canvas.width > 0) copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      const coloured = (bar: number) => Array.from({ length: canvas.height }, (_, y) => data[(y * canvas.width + Math.floor(((bar + 0.4) * canvas.width) / bars)) * 4 + 3]).filter((alpha) => alpha > 0).length;
      resolve(Array.from({ length: bars }, (_, bar) => coloured(bar)));
    });
  });
}

describe('rnn-gradient-reach', () => {
  it('has nothing that axe finds fault with', async () => {
    const { element } = await reach('cpu');
    inside<HTMLElement>(element, 'summary').click();
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it.each(['cpu', 'gpu'] as const)('draws the lengths of the gradient by their logarithm, and says them: %s', async (device) => {
    const { model, element } = await reach(device);
    const d_h = model.state.tape!.signal('d_h');
    const values = await d_h.read();
    const lengths = Array.from({ length: 5 }, (_, distance) => Math.hypot(...values.subarray((4 - distance) * 5, (5 - distance) * 5)));
    expect(lengths[0]).toBe(1); // of one unit by itself
    expect(said(element)).toContain(`1 at the end and, 4 steps before, ${Number(lengths[4].toPrecision(2))}.`);
    const rows = [...element.shadowRoot!.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows.map(([, word]) => word)).toEqual(['saw', 'we', 'that', 'cat', 'The']);
    expect(Number(rows[2][2])).toBeCloseTo(lengths[2], 2);
    await settled(async () => expect((await heights(element))[0]).toBeGreaterThan(0));
    const canvas = inside<HTMLCanvasElement>(element, 'canvas');
    const drawn = await heights(element);
    // From 1e−12 to 10 in 13 decades; a pixel is coloured from its middle on.
    lengths.forEach((length, distance) => expect(Math.abs(drawn[distance] - (canvas.height * (Math.log10(length) + 12)) / 13)).toBeLessThanOrEqual(1.5));
    expect(inside(element, '.plot').getAttribute('aria-label')).toMatch(/^How far\. 1 at the end and, .* Axis from 10⁻¹² to 10¹\.$/);
  });

  it('moves with the training from GPU memory, reads nothing meanwhile, and says the numbers at the pause', async () => {
    const { model, element } = await reach('gpu');
    model.text = 'left and and and then?';
    Object.assign(model, { task: echo, lr: 0.05, batch: 4 });
    await settled(() => expect(model.state.tape && model.lesson).toBeTruthy());
    await settled(() => expect(said(element)).toMatch(/at the end/));
    let before = await heights(element);
    await settled(async () => expect(Math.max(...(before = await heights(element)))).toBeGreaterThan(0));
    await model.train();
    await settled(() => expect(model.training.updates).toBeGreaterThan(20));
    expect(said(element)).toBe('Moving with the training.');
    await settled(async () => {
      const now = await heights(element);
      expect(Math.max(...now)).toBeGreaterThan(0);
      expect(now).not.toEqual(before);
    });
    await model.pause();
    await settled(() => expect(said(element)).toMatch(/at the end/));
  }, 60_000);

  it('counts from the step that the gradient is taken at', async () => {
    const { model, element } = await reach('cpu');
    model.lossStep = 2;
    await settled(() => expect(said(element)).toMatch(/2 steps before,/));
    expect([...element.shadowRoot!.querySelectorAll('tbody tr')]).toHaveLength(3);
  });

  it('says what is no gradient', async () => {
    const { element } = await reach('cpu');
    element.signal = 'h';
    await settled(() => expect(inside(element, '.notice').textContent).toBe('signal: "h" given; it must be a gradient, as d_h is.'));
  });
});

it('keeps its height while training moves it, and shows no number from before', async () => {
  const box = mount<HTMLElement>('<div><rnn-model id="m" text="left and right" cell="gru" hidden="3" batch="4" device="cpu"></rnn-model><rnn-gradient-reach for="m"></rnn-gradient-reach></div>');
  const [model, element] = [box.querySelector('rnn-model')!, box.querySelector('rnn-gradient-reach')!];
  model.task = echo;
  await settled(() => expect(inside(element, 'details').textContent).toContain('Steps back'));
  await model.train();
  await settled(() => expect(inside(element, '[part=summary]').textContent).toBe('Moving with the training.'));
  expect(inside(element, 'details').textContent).toMatch(/The bars as a table\s*The numbers follow when training pauses\./);
  await model.pause();
  await settled(() => expect(inside(element, 'details').textContent).toContain('Steps back'));
});
