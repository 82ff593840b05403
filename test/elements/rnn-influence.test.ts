import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../src/elements/define/rnn-influence';
import { influence } from '../../src/engine';
import { colourTable } from '../../src/elements/colour/scale';
import { colourIndexOfLog, logCodingFor } from '../../src/elements/range';
import type { RnnHeatmap } from '../../src/elements/rnn-heatmap';
import type { RnnInfluence } from '../../src/elements/rnn-influence';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, messageOf, mount, pixelsOf, settled } from './mounting';

const SENTENCE = 'The cat that we saw yesterday was happy';

let said: unknown[];
beforeEach(() => {
  said = [];
  for (const level of ['error', 'warn'] as const) {
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => {
      if (!String(words[0]).includes('Lit is in dev mode')) said.push(words);
    });
  }
  return () => {
    vi.restoreAllMocks();
    expect(said).toEqual([]);
  };
});

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');

function mounted(attributes = '', { text = SENTENCE, device = 'cpu', cell = 'rnn', hidden = 6 } = {}) {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="${text}" cell="${cell}" hidden="${hidden}" device="${device}"></rnn-model><rnn-influence for="m" ${attributes}></rnn-influence></div>`);
  return { model: box.querySelector<RnnModel>('rnn-model')!, element: box.querySelector<RnnInfluence>('rnn-influence')! };
}

const heatmapOf = (element: RnnInfluence) => inside<RnnHeatmap>(element, 'rnn-heatmap');
const grid = (element: RnnInfluence) => settled(() => inside(heatmapOf(element), '[role=grid]'));
const entry = (element: RnnInfluence) => inside(heatmapOf(element), '[role=gridcell]');

it('has nothing that axe finds fault with', async () => {
  const { element } = mounted();
  await grid(element);
  const { violations } = await axe.run(element);
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

describe.each(['cpu', 'gpu'])('the matrix on the engine of the %s', (device) => {
  it('has the words on both sides, is coloured by the logarithm, and leaves what has not been read empty', async () => {
    const { model, element } = mounted('', { device });
    await grid(element);
    const heatmap = heatmapOf(element);
    for (const side of ['.columns', '.rows']) expect([...heatmap.shadowRoot!.querySelectorAll(`${side} bdi`)].map((label) => label.textContent)).toEqual(SENTENCE.split(' '));
    const { log10, causal } = await influence(model.state.tape!);
    const exponents = log10.filter(Number.isFinite);
    const range = { min: Math.min(Math.floor(Math.min(...exponents)), Math.ceil(Math.max(...exponents)) - 3), max: Math.ceil(Math.max(...exponents)) };
    const power = (exponent: number) => `1e${exponent}`;
    const [low, high] = [...heatmap.shadowRoot!.querySelectorAll('.ticks span:not(.of-zero)')].flatMap((tick) => (tick.textContent ? [Number(tick.textContent.replace('−', '-'))] : [])).filter((_, i, all) => i === 0 || i === all.length - 1);
    expect([low, high]).toEqual([Number(power(range.min)), Number(power(range.max))]);
    const table = colourTable('magnitude', false);
    const coding = logCodingFor(range);
    const expected = Array.from({ length: 8 }, (_r, t) => Array.from({ length: 8 }, (_c, s) => (s > t ? [0, 0, 0, 0] : [...table.subarray(4 * colourIndexOfLog(log10[t * 8 + s], coding)).subarray(0, 4)])));
    await settled(() => expect(pixelsOf(inside(heatmap, '.plot canvas'), 8, 8)).toEqual(expected));
    expect(causal).toBe(true);
  });
});

it('is read with arrow keys, in words, and moves the step of the model', async () => {
  const { model, element } = mounted();
  await grid(element);
  entry(element).focus();
  const moves: number[] = [];
  document.addEventListener('cursor-change', ({ step }) => moves.push(step), { once: true });
  await userEvent.keyboard('{Control>}{End}{/Control}{Home}{ArrowRight}');
  expect([model.cursor.step, moves]).toEqual([7, [7]]);
  const sentence = /^‖∂h_8\/∂x_2‖ = [\d.]+(e−\d+)?: 'happy' feels 'cat'$/;
  await settled(() => expect(inside(element, '.reading').textContent!.trim()).toMatch(sentence));
  expect(entry(element).getAttribute('aria-label')).toMatch(sentence);
  await userEvent.keyboard('{ArrowUp}{End}');
  await settled(() => expect(entry(element).getAttribute('aria-label')).toBe("‖∂h_7/∂x_8‖ = 0: 'was' has not read 'happy'"));
  model.cursor = { step: 2 };
  await settled(() => expect(entry(element).getAttribute('aria-label')).toMatch(/^‖∂h_3\/∂x_8/));
});

it('is read under the pointer', async () => {
  const { element } = mounted();
  await grid(element);
  const canvas = await settled(() => inside<HTMLCanvasElement>(heatmapOf(element), '.plot canvas'));
  const { width, height } = canvas.getBoundingClientRect();
  await userEvent.hover(canvas, { position: { x: (1.5 * width) / 8, y: (6.5 * height) / 8 } });
  const sentence = /^‖∂h_7\/∂x_2‖ = [\d.]+(e−\d+)?: 'was' feels 'cat'$/;
  await settled(() => expect(inside(heatmapOf(element), '.tip').textContent!.trim()).toMatch(sentence));
  await settled(() => expect(inside(element, '.reading').textContent!.trim()).toMatch(sentence));
});

it('shows what one unit feels', async () => {
  const { model, element } = mounted('unit="2"');
  await grid(element);
  expect(heatmapOf(element).shadowRoot!.querySelector('.words')!.textContent).toContain('unit 3 alone');
  const { values } = await influence(model.state.tape!, { unit: 2 });
  entry(element).focus();
  await settled(() => expect(entry(element).getAttribute('aria-label')).toContain(`‖∂h[3]_1/∂x_1‖ = ${values[0].toPrecision(2)}`));
  const select = inside<HTMLSelectElement>(element, 'select');
  expect(select.value).toBe('2');
  const chosen: (number | undefined)[] = [];
  element.addEventListener('influence-change', ({ unit }) => chosen.push(unit));
  await userEvent.selectOptions(select, 'all units');
  expect([chosen, element.unit]).toEqual([[undefined], undefined]);
  await settled(() => expect(heatmapOf(element).shadowRoot!.querySelector('.words')!.textContent).not.toContain('alone'));
});

it('is about the latest text, however fast they come', async () => {
  const { model, element } = mounted();
  await grid(element);
  for (let count = 2; count <= 30; count++) {
    model.text = words(count);
    await model.updateComplete;
  }
  await settled(async () => expect((await grid(element)).getAttribute('aria-colcount')).toBe('30'));
  await settled(() => expect(inside(heatmapOf(element), 'figure').getAttribute('aria-busy')).toBe('false'));
  expect((await grid(element)).getAttribute('aria-colcount')).toBe('30');
});

it('tells how far it is, can be cancelled, and taken up again', async () => {
  const { element } = mounted('', { text: words(200), hidden: 48, cell: 'lstm' });
  const cancel = await settled(() => inside(heatmapOf(element), '.progress button'));
  const bar = inside<HTMLProgressElement>(heatmapOf(element), 'progress');
  expect(bar.value).toBeGreaterThan(0);
  expect(bar.value).toBeLessThan(1);
  cancel.click();
  await settled(() => expect(inside(heatmapOf(element), '.empty').textContent).toMatch(/cancelled/));
  expect(inside(heatmapOf(element), 'figure').getAttribute('aria-busy')).toBe('false');
  const again = inside<HTMLButtonElement>(heatmapOf(element), '.progress button');
  expect(again.textContent).toBe('Measure');
  again.click();
  await settled(() => expect(inside(heatmapOf(element), '.progress button').textContent).toBe('Cancel'));
});

describe('what it cannot show is explained', () => {
  it('a text of more than 256 words', async () => {
    const { element } = mounted('', { text: words(257) });
    await settled(() => expect(messageOf(heatmapOf(element))).toContain('steps: this sequence has 257; all pairs are measured for 1 to 256 steps.'));
  });

  it.each([
    ['unit="6"', 'unit: 6 given; it must be a whole number from 0 to 5.'],
    ['unit="some"', 'unit: "some" given; it must be a whole number from 0 to 5.'],
    ['layer="1"', 'layer: 1 given; it must be a whole number from 0 to 0.'],
  ])('%s', async (attributes, message) => {
    const { element } = mounted(attributes);
    await settled(() => expect(messageOf(heatmapOf(element))).toBe(message));
  });

  it('no model, and no words', async () => {
    const lost = mount<RnnInfluence>('<rnn-influence for="nobody"></rnn-influence>');
    await settled(() => expect(inside(lost, '.notice').textContent).toContain('no element with the id "nobody"'));
    const { element } = mounted('', { text: ' ' });
    await settled(() => expect(inside(element, '.notice').textContent).toContain('no words'));
  });
});
