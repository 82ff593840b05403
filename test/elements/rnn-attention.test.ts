import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import '../../src/elements/define/rnn-attention';
import { heaviest, MOST_ARCS } from '../../src/elements/attention_arcs';
import { spread } from '../../src/elements/attention_weights';
import type { HeadChangeEvent, RnnAttention } from '../../src/elements/rnn-attention';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, mount, settled } from './mounting';

const sentence = 'The cat that we saw';

async function attending(attributes = `layers="attention heads:2" text="${sentence}"`, own = ''): Promise<{ model: RnnModel; element: RnnAttention }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" embedding="8" device="cpu" ${attributes}></rnn-model><rnn-attention for="m" ${own}></rnn-attention></div>`);
  const [model, element] = [box.querySelector('rnn-model')!, box.querySelector('rnn-attention')!];
  await settled(() => expect(model.state.status).toBe('ready'));
  await settled(() => inside(element, '.arcs'));
  return { model, element };
}

const slider = (element: Element) => inside<SVGElement>(element, '.arcs');
const press = (element: Element, key: string) => slider(element).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
const reading = (element: Element) => inside(element, '.reading').textContent!.replace(/\s+/g, ' ').trim();
const grids = (element: Element) => [...element.shadowRoot!.querySelectorAll('rnn-heatmap')].map((each) => inside(each, '[role=grid]').getAttribute('aria-label'));
const choose = (element: Element, name: RegExp) => {
  const label = [...element.shadowRoot!.querySelectorAll('label')].find((each) => name.test(each.textContent!.trim()))!;
  label.querySelector('input')!.click();
};

describe('rnn-attention', () => {
  it('has nothing that axe finds fault with', async () => {
    const { model, element } = await attending();
    model.moveCursor({ step: 3 });
    await settled(() => expect(reading(element)).toMatch(/^we takes/));
    inside<HTMLDetailsElement>(element, 'details').open = true;
    await settled(() => inside(element.shadowRoot!.querySelector('rnn-heatmap')!, '.plot'));
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('draws an arc to every word that the chosen one takes from, thicker for more, and tells the largest', async () => {
    const { model, element } = await attending();
    model.moveCursor({ step: 3 });
    const attn = await model.state.tape!.signal('attn').read();
    const mean = [0, 1, 2, 3].map((s) => (attn[3 * 10 + s] + attn[3 * 10 + 5 + s]) / 2);
    await settled(() => expect(reading(element)).toMatch(/^we takes /));
    const arcs = [...slider(element).querySelectorAll('.arc')];
    expect(arcs.map((arc) => arc.getAttribute('stroke-width'))).toEqual(mean.toSorted((a, b) => a - b).map((weight) => (0.5 + 8.5 * weight).toFixed(2)));
    const most = mean.indexOf(Math.max(...mean));
    const from = most === 3 ? 'itself' : sentence.split(' ')[most];
    expect(reading(element)).toContain(`takes ${(100 * mean[most]).toFixed(1).replace(/\.0$/, '')} % from ${from}`);
    expect(reading(element)).toContain('Evenly it would be 25 % from each of 4 words');
    expect(reading(element)).toContain(`spread as if over ${spread(mean).toFixed(1)}`);
  });

  it('is walked through with the keyboard, and its step is the model’s', async () => {
    const { model, element } = await attending();
    const moves: number[] = [];
    model.addEventListener('cursor-change', ({ step }) => moves.push(step));
    for (const key of ['End', 'ArrowLeft', 'Home', 'ArrowRight', 'a']) press(element, key);
    expect(moves).toEqual([4, 3, 0, 1]);
    await settled(() => expect(slider(element).getAttribute('aria-valuetext')).toMatch(/^cat, word 2 of 5\. Takes \d[\d.]* % from (The|itself), \d[\d.]* % from (The|itself)$/));
    press(element, 'Home');
    await settled(() => expect(reading(element)).toBe('The first word, The, has nothing to look back at: all it takes is from itself.'));
  });

  it('takes the word that is clicked', async () => {
    const { model, element } = await attending();
    const word = [...slider(element).querySelectorAll('.word')][3];
    const { left, width, top } = word.getBoundingClientRect();
    slider(element).dispatchEvent(new MouseEvent('click', { clientX: left + width / 2, clientY: top, bubbles: true }));
    expect(model.cursor.step).toBe(3);
  });

  it('shows the arcs of one head, or of the mean, and tells the page', async () => {
    const { model, element } = await attending();
    model.moveCursor({ step: 2 });
    const attn = await model.state.tape!.signal('attn').read();
    const heads: (number | undefined)[] = [];
    element.addEventListener('head-change', (event) => heads.push((event as HeadChangeEvent).head));
    choose(element, /^2$/);
    expect(element.head).toBe(1);
    const row = [0, 1, 2].map((s) => attn[2 * 10 + 5 + s]);
    await settled(() => expect(reading(element)).toContain(`${(100 * Math.max(...row)).toFixed(1).replace(/\.0$/, '')} %`));
    choose(element, /^their mean$/);
    expect(heads).toEqual([1, undefined]);
  });

  it('has the weights of the word as a table, by head', async () => {
    const { model, element } = await attending();
    model.moveCursor({ step: 1 });
    const attn = await model.state.tape!.signal('attn').read();
    const percent = (part: number) => `${(100 * part).toFixed(1).replace(/\.0$/, '')} %`;
    const [one, other] = [attn[10], attn[15]];
    await settled(() => {
      const rows = [...element.shadowRoot!.querySelectorAll('tr')].map((tr) => [...tr.children].map((cell) => cell.textContent!.trim()));
      expect(rows).toEqual([
        ['Takes from', 'Head 1', 'Head 2', 'Mean'],
        ['The', percent(one), percent(other), percent((one + other) / 2)],
        ['cat', percent(1 - one), percent(1 - other), percent(1 - (one + other) / 2)],
      ]);
    });
  });

  it('shows the last layer that has attention, and any other that is chosen', async () => {
    const { element } = await attending(`layers="attention heads:2, attention, lstm hidden:3" text="${sentence}"`);
    await settled(() => expect(grids(element)).toEqual(['A[t, s]: what each word takes from each, 5 words by 5 words']));
    choose(element, /^1$/);
    await settled(() => expect(grids(element)).toHaveLength(2));
    expect(element.layer).toBe(0);
  });

  it('has a matrix for every head', async () => {
    const { element } = await attending();
    await settled(() => expect(grids(element)).toEqual(['Head 1: what each word takes from each, 5 words by 5 words', 'Head 2: what each word takes from each, 5 words by 5 words']));
  });

  it('has of many heads the matrix of the chosen one, or of their mean', async () => {
    const { element } = await attending(`layers="attention heads:8" text="${sentence}"`);
    await settled(() => expect(grids(element)).toEqual(['The mean of all heads, 5 words by 5 words']));
    choose(element, /^8$/);
    await settled(() => expect(grids(element)).toEqual(['Head 8: what each word takes from each, 5 words by 5 words']));
  });

  it('scrolls a long text to the word it shows, and draws the heaviest arcs of it', async () => {
    const words = Array.from({ length: 240 }, (_, i) => `word${i}`);
    const { model, element } = await attending(`layers="attention mlp:0" text="${words.join(' ')}"`);
    press(element, 'End');
    expect(model.cursor.step).toBe(239);
    await settled(() => expect(slider(element).querySelectorAll('.arc')).toHaveLength(MOST_ARCS));
    expect(reading(element)).toContain(`Only the ${MOST_ARCS} thickest arcs are drawn.`);
    const track = inside(element, '.track');
    await settled(() => expect(track.scrollLeft + track.clientWidth).toBeGreaterThanOrEqual(track.scrollWidth - 1));
  });

  it.each([
    ['layers="mamba state:2"', '', /This network has no layer of attention/],
    ['layers="attention, attention"', 'layer="2"', /layer: 2 given; the layers with attention are 0, 1\./],
    ['layers="attention heads:3"', '', /heads: 3 given, which does not divide the width 8/],
  ])('says what is missing instead of throwing: %s %s', async (attributes, own, message) => {
    const box = mount<HTMLElement>(`<div><rnn-model id="m" embedding="8" text="a b" device="cpu" ${attributes}></rnn-model><rnn-attention for="m" ${own}></rnn-attention></div>`);
    await settled(() => expect(inside(box.querySelector('rnn-attention')!, '.notice').textContent).toMatch(message));
  });
});

it('weights are spread over as many words as there are, over one where one has all', () => {
  expect(spread([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(4, 12);
  expect(spread([1, 0, 0])).toBe(1);
  expect(heaviest([0.2, 0, 0.5, 0.3])).toEqual([0, 3, 2]);
});
