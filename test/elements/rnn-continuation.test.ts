import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { headScores } from '../../src/engine';
import { drawn } from '../../src/elements/continuation';
import '../../src/elements/define/rnn-continuation';
import type { RnnContinuation } from '../../src/elements/rnn-continuation';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, mount, settled } from './mounting';
import { echo } from './training_fakes';

async function writer(): Promise<{ model: RnnModel; element: RnnContinuation }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="a cab" cell="lstm" hidden="6" embedding="5" seeds="2" batch="4" task="characters" task-settings="window:8" device="cpu"></rnn-model><rnn-continuation for="m" count="12"></rnn-continuation></div>`);
  const [model, element] = [box.querySelector('rnn-model')!, box.querySelector('rnn-continuation')!];
  model.taskText = 'a cab, a bad cab. '.repeat(8);
  await settled(() => expect(model.state.status).toBe('ready'));
  await settled(() => inside(element, 'button'));
  return { model, element };
}

const button = (element: Element) => inside<HTMLButtonElement>(element, 'button');
const written = (element: Element) => inside(element, '.written').textContent!;
const status = (element: Element) => inside(element, '[role=status]').textContent!;

async function write(element: RnnContinuation): Promise<string> {
  button(element).click();
  await element.updateComplete;
  await settled(() => expect(status(element)).toMatch(/written/));
  return written(element);
}

describe('rnn-continuation', () => {
  it('has nothing that axe finds fault with', async () => {
    const { element } = await writer();
    await write(element);
    // Colours are the scale's, whose text colour is the page's choice of two.
    const { violations } = await axe.run(element, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('writes what one long run over all of it holds likeliest, step after step', async () => {
    const { model, element } = await writer();
    element.temperature = 0;
    const text = [...(await write(element))];
    expect(text).toHaveLength(12);
    const vocab = (model.lesson!.task.input as { vocab: readonly string[] }).vocab;
    const tape = await model.state.model!.run({ words: [...'a cab', ...text] });
    const { data, shape } = await headScores(tape);
    const classes = shape[3];
    text.forEach((character, k) => {
      const scores = Array.from(data.subarray((4 + k) * classes, (5 + k) * classes));
      expect(vocab[scores.indexOf(Math.max(...scores))]).toBe(character);
    });
    tape.release();
  });

  it('draws the same from the same seed, and says from which', async () => {
    const { element } = await writer();
    element.temperature = 2;
    const first = await write(element);
    expect(status(element)).toBe('12 written, drawn at temperature 2 with seed 1.');
    expect(await write(element)).toBe(first);
    element.seed = 2;
    expect(await write(element)).not.toBe(first);
    expect(status(element)).toMatch(/seed 2/);
  });

  it('colours every character by the unit at the cursor, in the range that the legend tells', async () => {
    const { model, element } = await writer();
    await write(element);
    const colours = () => [...element.shadowRoot!.querySelectorAll<HTMLElement>('.word')].map((word) => word.style.backgroundColor);
    const c = await model.state.tape!.signal('c').read();
    const before = colours();
    expect(before).toHaveLength(17);
    expect(new Set(before.slice(0, 5)).size).toBe(new Set(Array.from({ length: 5 }, (_, t) => c[t * 6])).size);
    model.moveCursor({ unit: 3 });
    await settled(() => expect(colours()).not.toEqual(before));
    expect(inside(element, '.foot p').textContent).toContain('unit 4');
  });

  it('shows what was read before anything is written, coloured, and no other network’s', async () => {
    const { model, element } = await writer();
    const text = () => inside(element, '.text').textContent;
    const colours = () => [...element.shadowRoot!.querySelectorAll<HTMLElement>('.word')].map((word) => word.style.backgroundColor);
    await settled(() => expect(text()).toBe('a cab'));
    await settled(() => expect(colours().every((colour) => colour !== '')).toBe(true));
    const before = colours();
    model.moveCursor({ unit: 3 });
    await settled(() => expect(colours()).not.toEqual(before));
    model.text = 'bad';
    await settled(() => expect(text()).toBe('bad'));
  });

  it('stops when told to, and forgets what it wrote when the network is another', async () => {
    const { model, element } = await writer();
    element.count = 2000;
    button(element).click();
    await settled(() => expect(written(element).length).toBeGreaterThan(3));
    expect(button(element).textContent).toBe('Stop');
    button(element).click();
    await settled(() => expect(button(element).textContent).toBe('Go on writing'));
    const length = written(element).length;
    expect(length).toBeLessThan(2000);
    await model.step();
    await settled(() => expect(written(element)).toBe(''));
    await settled(() => expect(inside(element, '.text').textContent).toBe('a cab'));
  });

  it('says why a network cannot go on by itself', async () => {
    const { model, element } = await writer();
    Object.assign(model, { text: 'left and then?', task: echo, taskSettings: '', taskText: '' });
    await settled(() => expect(model.state.words).toContain('left'));
    await settled(() => expect(model.state.status).toBe('ready'));
    button(element).click();
    await settled(() => expect(status(element)).toBe('What this network says is not what it reads, so it cannot go on by itself.'));
  });
});

it('draws by p^(1/T): the likeliest at 0, as expected at 1, and nothing that cannot be', () => {
  const likely = [0.5, 0.3, 0.2, 0].map((probability, index) => ({ index: 10 + index, probability }));
  expect([0, 0.99].map((at) => drawn(likely, 0, at))).toEqual([10, 10]);
  expect([0.49, 0.51, 0.79, 0.81, 0.999999].map((at) => drawn(likely, 1, at))).toEqual([10, 11, 11, 12, 12]);
  // At T = 1/2: 0.25, 0.09 and 0.04 of 0.38.
  expect([0.65, 0.66, 0.89, 0.9].map((at) => drawn(likely, 0.5, at))).toEqual([10, 11, 11, 12]);
});
