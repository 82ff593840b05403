import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../src/elements/define';
import { cellNamed, cells, counterfactual, jacobianFlow } from '../../src/engine';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, mount, settled } from './mounting';

const SENTENCE = 'The cat that we saw yesterday was happy';

const figures = ['rnn-compare', 'rnn-entry', 'rnn-memory', 'rnn-order', 'rnn-proof', 'rnn-state', 'rnn-transport', 'rnn-unrolled'] as const;
type Figure = (typeof figures)[number];

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

/** A figure with its model beside it, on the CPU engine, whose numbers are the same everywhere. */
async function mounted<Name extends Figure>(name: Name, { text = SENTENCE, cell = 'rnn', hidden = 8, figure = '' } = {}): Promise<{ model: RnnModel; element: HTMLElementTagNameMap[Name] }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="${text}" cell="${cell}" hidden="${hidden}" device="cpu"></rnn-model><${name} for="m" ${figure}></${name}></div>`);
  const model = box.querySelector('rnn-model')!;
  const element = box.querySelector<HTMLElementTagNameMap[Name]>(name)!;
  await settled(() => expect(model.state.status).toBe(text.trim() ? 'ready' : 'empty'));
  return { model, element };
}

const text = (element: Element) => element.shadowRoot!.textContent!.replace(/\s+/g, ' ').trim();
const all = (element: Element, selector: string) => [...element.shadowRoot!.querySelectorAll(selector)];

describe.each(figures)('%s', (name) => {
  it('has nothing that axe finds fault with', async () => {
    const { element } = await mounted(name, { cell: 'lstm', figure: 'with="The dog that we saw"' });
    await settled(() => expect(text(element)).toMatch(/\w/));
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('says what is missing instead of throwing', async () => {
    const lost = mount<HTMLElement>(`<${name} for="nobody"></${name}>`);
    await settled(() => expect(text(lost)).toMatch(name === 'rnn-transport' ? /no words/ : /no element with the id "nobody"/));
    const { element } = await mounted(name, { text: ' ' });
    await settled(() => expect(text(element)).toMatch(/no words/i));
  });

  it('bears two thousand words and sixty-four units', async () => {
    const long = Array.from({ length: 2000 }, (_, index) => `w${index % 50}`).join(' ');
    const { model, element } = await mounted(name, { text: long, hidden: 64, figure: `with="${long}"` });
    await settled(() => expect(model.state.words).toHaveLength(2000));
    await settled(() => expect(text(element)).toMatch(/\w/));
    expect(element.shadowRoot!.querySelectorAll('[part=notice]')).toHaveLength(0);
  });
});

describe('rnn-unrolled', () => {
  it('moves the cursor with the arrow keys, Home and End, and says so once a move', async () => {
    const { model, element } = await mounted('rnn-unrolled');
    const list = await settled(() => inside(element, '[role=listbox][aria-activedescendant]'));
    const moves: number[] = [];
    model.addEventListener('cursor-change', ({ step }) => moves.push(step));
    list.focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}{End}{ArrowRight}{Home}');
    expect(moves).toEqual([1, 2, 1, 7, 0]);
  });

  it('draws only the words in view, the chosen one among them', async () => {
    const { model, element } = await mounted('rnn-unrolled', { text: 'word '.repeat(2000) });
    model.cursor = { step: 1500 };
    await settled(() => expect(inside(element, '[aria-selected=true]').getAttribute('aria-label')).toBe('word, step 1501 of 2000'));
    expect(all(element, '[role=option]').length).toBeLessThan(40);
  });

  it('colours a column by the numbers of its step', async () => {
    const { model, element } = await mounted('rnn-unrolled');
    await settled(() => expect(all(element, '[role=option]')).toHaveLength(8));
    const h = await model.state.tape!.signal('h').read();
    const fills = all(element, '#step-3 g rect').map((rect) => rect.getAttribute('fill'));
    expect(new Set(fills).size).toBeGreaterThan(1);
    const order = [...fills.keys()].toSorted((one, other) => h[3 * 8 + one] - h[3 * 8 + other]);
    const blueness = (fill: string | null) => {
      const [red, , blue] = fill!.match(/\d+/g)!.map(Number);
      return blue - red;
    };
    expect(blueness(fills[order[0]])).toBeGreaterThan(blueness(fills[order[7]]));
  });
});

describe('rnn-state', () => {
  it('prints the numbers of the chosen step', async () => {
    const { model, element } = await mounted('rnn-state');
    model.cursor = { step: 4 };
    const h = await model.state.tape!.signal('h').read();
    await settled(() => expect(text(element)).toContain('after saw'));
    const printed = all(element, '.number').map((number) => Number(number.textContent!.replace('−', '-')));
    printed.forEach((value, unit) => expect(value).toBeCloseTo(h[4 * 8 + unit], 3));
  });
});

describe('rnn-entry', () => {
  it.each(cells.map(({ name }) => name))('has terms that add up to the pre-activation of every gate of %s', async (cell) => {
    const { model, element } = await mounted('rnn-entry', { cell });
    model.cursor = { step: 3, unit: 2 };
    await settled(() => expect(text(element)).toContain('After we, step 4 of 8'));
    for (const { name, activation } of cellNamed(cell).gates) {
      element.gate = name;
      await element.updateComplete;
      const values = await model.state.tape!.signal(activation === 'identity' ? name : `a_${name}`).read();
      const [terms, groups] = all(element, 'tbody').map((body) => [...body.querySelectorAll('.number')].map(({ textContent }) => Number(textContent!.replace('−', '-').replace('e−', 'e-'))));
      const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);
      // Nine, or three, printed numbers of three decimals are off by half a thousandth each at most.
      expect(sum(terms)).toBeCloseTo(values[3 * 8 + 2], 2);
      expect(sum(groups.slice(0, -1))).toBeCloseTo(values[3 * 8 + 2], 2);
      expect(Math.abs(groups.at(-1)! - values[3 * 8 + 2])).toBeLessThan(6e-4);
    }
  });

  it.each(cells.filter(({ gates }) => gates.length > 1).map(({ name }) => name))('takes every state of %s apart into what it is the sum or product of', async (cell) => {
    const { model, element } = await mounted('rnn-entry', { cell });
    model.cursor = { step: 3, unit: 2 };
    await settled(() => expect(text(element)).toContain('After we, step 4 of 8'));
    for (const { name } of cellNamed(cell).states) {
      element.gate = name;
      await element.updateComplete;
      const values = await model.state.tape!.signal(name).read();
      const [terms, total] = all(element, 'tbody').map((body) => [...body.querySelectorAll('.number')].map(({ textContent }) => Number(textContent!.replace('−', '-').replace('e−', 'e-'))));
      expect(Math.abs(total[0] - values[3 * 8 + 2])).toBeLessThan(6e-4);
      // Two printed numbers of three decimals are off by half a thousandth each at most.
      expect(Math.abs(terms.reduce((sum, term) => sum + term, 0) - values[3 * 8 + 2])).toBeLessThan(1.1e-3);
    }
  });

  it('writes the equations with the numbers of the entry, and they come true', async () => {
    const { model, element } = await mounted('rnn-entry', { cell: 'lstm' });
    model.cursor = { step: 2, unit: 1 };
    await settled(() => expect(text(element)).toContain('After that, step 3 of 8'));
    const line = all(element, '.equations li').map((item) => item.lastElementChild!.textContent!).find((numbers) => numbers.startsWith("c' ="))!;
    const [f, c, i, g, result] = line.match(/−?\d+(\.\d+)?(e−?\d+)?/g)!.map((number) => Number(number.replaceAll('−', '-')));
    expect(f * c + i * g).toBeCloseTo(result, 2);
  });
});

describe('rnn-compare', () => {
  it('finds exactly zero between a sentence and itself, and says so', async () => {
    const { element } = await mounted('rnn-compare', { figure: `with="${SENTENCE}"` });
    await settled(() => expect(text(element)).toContain('the difference is exactly zero everywhere'));
  });

  it('finds no difference before the swapped word, and one from there on', async () => {
    const { element } = await mounted('rnn-compare', { figure: 'with="The cat that they saw yesterday was happy"' });
    const numbers = await settled(() => {
      const found = all(element, '.chart text.number').map(({ textContent }) => textContent);
      expect(found).toHaveLength(8);
      return found;
    });
    expect(numbers.slice(0, 3)).toEqual(['0', '0', '0']);
    expect(numbers.slice(3)).not.toContain('0');
  });

  it('colours the sentences on the signal’s own range and the difference on one that fits, and prints both', async () => {
    const { element } = await mounted('rnn-compare', { figure: 'with="The dog that we saw yesterday was happy"' });
    const ends = await settled(() => {
      const found = [...element.shadowRoot!.querySelectorAll('rnn-heatmap')].map(({ min, max }) => [min, max]);
      expect(found).toHaveLength(3);
      return found;
    });
    expect(ends.slice(0, 2)).toEqual([[-1, 1], [-1, 1]]);
    expect(ends[2][0]).toBe(-ends[2][1]!);
    expect(text(element)).toMatch(/‖Δh‖, at every step, from 0 to [125]/);
  });

  it('shares the cursor of the model in all three pictures', async () => {
    const { model, element } = await mounted('rnn-compare', { figure: 'with="The dog that we saw yesterday was happy"' });
    model.cursor = { step: 5, unit: 3 };
    for (const heatmap of await settled(() => {
      const found = [...element.shadowRoot!.querySelectorAll('rnn-heatmap')];
      expect(found).toHaveLength(3);
      return found;
    })) {
      await settled(() => expect(inside(heatmap, '.cursor').getAttribute('aria-label')).toMatch(/^unit 4, .*yesterday/));
    }
  });

  it('reports the sentence with the word that was typed', async () => {
    const { element } = await mounted('rnn-compare', { figure: 'with="One, two; three"' });
    const texts: string[] = [];
    element.addEventListener('compare-change', (event) => texts.push(event.text));
    await settled(() => inside(element, '[data-index="2"]')).then((button) => button.click());
    await settled(() => expect(element.shadowRoot!.activeElement?.localName).toBe('input'));
    await userEvent.keyboard('four{Enter}');
    expect(texts).toEqual(['One, four; three']);
  });
});

describe('rnn-memory', () => {
  const slider = (element: Element) => inside(element, '[role=slider]');

  it('tells the length of the difference and the size of the gradient at every step, on one scale', async () => {
    const { model, element } = await mounted('rnn-memory', { figure: 'with="The dog that we saw yesterday was happy"' });
    await settled(() => slider(element));
    const tape = model.state.tape!;
    const twin = await counterfactual(tape.model, SENTENCE.split(' '), { position: 1, word: 'dog' });
    const { rms } = await jacobianFlow(tape, { measures: ['rms'] });
    for (const step of [1, 4, 7]) {
      model.cursor = { step };
      await settled(() => expect(slider(element).getAttribute('aria-valuenow')).toBe(String(step + 1)));
      const [stored, gradient] = slider(element).getAttribute('aria-valuetext')!.match(/[\d.]+(e−\d+)?(?=$|,)/g)!.slice(-2).map((number) => Number(number.replace('−', '-')));
      // Two digits are printed.
      expect(Math.abs(stored / twin.norm[step] - 1)).toBeLessThan(0.051);
      expect(Math.abs(gradient / 10 ** rms![7 - step] - 1)).toBeLessThan(0.051);
    }
  });

  it('stores exactly nothing before the swapped word, nor of a word swapped with itself', async () => {
    const { model, element } = await mounted('rnn-memory', { figure: 'with="The dog that we saw yesterday was happy"' });
    model.cursor = { step: 0 };
    await settled(() => expect(slider(element).getAttribute('aria-valuetext')).toMatch(/stored 0,/));
    element.with = SENTENCE;
    await settled(() => expect(text(element)).toContain('there is no swapped word to look for'));
  });

  it('stands above the heatmap that it shares its axis with', async () => {
    const { element } = await mounted('rnn-memory', { figure: 'with="The dog that we saw yesterday was happy"' });
    const heatmap = await settled(() => inside(element, 'rnn-heatmap'));
    await settled(() => {
      const here = inside(element, '.here').getBoundingClientRect();
      const step = heatmap.shadowRoot!.querySelector('.cursor')!.getBoundingClientRect();
      expect(Math.abs(here.left - step.left)).toBeLessThan(2);
      expect(Math.abs(here.width - step.width)).toBeLessThan(2);
    });
  });

  it('moves the shared cursor with the arrow keys, Home and End', async () => {
    const { model, element } = await mounted('rnn-memory', { figure: 'with="The dog that we saw yesterday was happy"' });
    const chart = await settled(() => slider(element));
    const steps: number[] = [];
    model.addEventListener('cursor-change', ({ step }) => steps.push(step));
    chart.focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}{End}{Home}');
    expect(steps).toEqual([1, 2, 1, 7, 0]);
  });
});

describe('rnn-order', () => {
  it('has sums that agree to the last digit and states that do not', async () => {
    const { element } = await mounted('rnn-order');
    await settled(() => expect(text(element)).toMatch(/The two sums are exactly the same.*The two states are [\d.]+ apart/));
  });
});

describe('rnn-proof', () => {
  it('lists every state and gate with its difference and its bound', async () => {
    const { element } = await mounted('rnn-proof', { cell: 'lstm' });
    await settled(() => expect(text(element)).toContain('every step taken twice gives the same numbers'));
    expect(all(element, 'tbody th').map(({ textContent }) => textContent)).toEqual(['h', 'c', 'i', 'f', 'g', 'o']);
  });
});

describe('rnn-proof, of a run with one wrong number', () => {
  it('turns red and names the signal', async () => {
    const { model, element } = await mounted('rnn-proof', { cell: 'gru' });
    const { state } = model;
    const tape = state.tape!;
    const wrong = new Proxy(tape, {
      get(target, key) {
        if (key === 'signal') {
          return (name: string, place: object) => {
            const signal = target.signal(name, place);
            if (name !== 'z') return signal;
            return { read: async () => (await signal.read()).map((value, index) => (index === 11 ? value + 1e-3 : value)) };
          };
        }
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    Object.defineProperty(model, 'state', { get: () => ({ ...state, tape: wrong }) });
    element.requestUpdate();
    const line = await settled(() => inside(element, 'tr.above'));
    expect(line.textContent).toMatch(/z.*1\.0e−3.*step 2, unit 4.*above its bound/s);
    expect(all(element, 'tr.above')).toHaveLength(1);
    expect(all(element, 'details.broken')).toHaveLength(1);
  });
});

describe('rnn-transport', () => {
  it('plays to the last word and stops', async () => {
    const { model, element } = await mounted('rnn-transport');
    vi.useFakeTimers();
    try {
      element.play();
      await vi.advanceTimersByTimeAsync(500);
      expect(model.cursor.step).toBe(1);
      element.pause();
      await vi.advanceTimersByTimeAsync(5000);
      expect(model.cursor.step).toBe(1);
      element.play();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(model.cursor.step).toBe(7);
    } finally {
      vi.useRealTimers();
    }
  });
});
