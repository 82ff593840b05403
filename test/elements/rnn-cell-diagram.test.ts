import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../src/elements/define/rnn-cell-diagram';
import { addends, cells } from '../../src/engine';
import { symbolOf, tokensOf } from '../../src/elements/equation_math';
import type { RnnCellDiagram, SymbolFocusEvent } from '../../src/elements/rnn-cell-diagram';
import type { RnnModel } from '../../src/elements/rnn-model';
import { decimal, signedDecimal } from '../../src/elements/signed_number';
import { inside, mount, settled } from './mounting';

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

/** Away from where the next diagram appears. */
const nowhere = () => userEvent.hover(document.documentElement, { position: { x: 990, y: 590 } });

/** A diagram with its model, on the CPU engine, at step 3 and unit 2. */
async function mounted(attributes: string): Promise<{ model: RnnModel; element: RnnCellDiagram }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="The cat that we saw" device="cpu" hidden="5" ${attributes}></rnn-model><rnn-cell-diagram for="m"></rnn-cell-diagram></div>`);
  const model = box.querySelector('rnn-model')!;
  model.cursor = { step: 2, unit: 1 };
  await settled(() => expect(model.state.status).toBe('ready'));
  return { model, element: box.querySelector('rnn-cell-diagram')! };
}

const text = (element: Element) => element.shadowRoot!.textContent!.replace(/\s+/g, ' ').trim();
const part = (element: Element, name: RegExp | string) =>
  settled(() => {
    const found = [...element.shadowRoot!.querySelectorAll<SVGGElement>('svg [role=button]')].find((each) => each.getAttribute('aria-label')!.match(name));
    if (!found) throw new Error(`no part ${name} in ${text(element)}`);
    return found;
  });

describe.each(cells.map(({ name }) => name))('%s', (name) => {
  it('has on its wires what the engine adds up, and in its gates what comes of it', async () => {
    const { model, element } = await mounted(`cell="${name}"`);
    const cell = cells.find((each) => each.name === name)!;
    for (const gate of cell.gates) {
      const sum = await addends(model.state.tape!, { step: 2, unit: 1, gate: gate.name });
      const whole = cell.gates.length === 1;
      const column = await part(element, whole ? /^pre-activation a/ : new RegExp(`^${gate.name}, `));
      expect(column.getAttribute('aria-label')).toContain(whole ? decimal(sum.preActivation) : `${decimal(sum.value)}, its sum ${gate.name} ${decimal(sum.preActivation)}`);
      const from = (...sources: string[]) => sum.terms.filter(({ of }) => sources.includes(of)).reduce((total, { weight, factor }) => total + weight * factor, 0);
      for (const [row, value] of [['U·h', from('h', 'b_hh')], ['W·x', from('x', 'b_ih')]] as const) {
        expect((await part(element, `^${row.replace('·', '.')}`)).textContent).toContain(signedDecimal(value));
      }
    }
    for (const state of cell.states) {
      const values = await model.state.tape!.signal(state.name).read();
      const after = await part(element, new RegExp(`^${state.name} after the step`));
      expect(after.textContent).toContain(signedDecimal(values[2 * 5 + 1]));
    }
    expect(text(element)).not.toContain('not a number');
    expect(text(element)).toContain('Unit 2 after that, step 3 of 5');
  });

  it('has every symbol of its equations in the picture', async () => {
    const { element } = await mounted(`cell="${name}"`);
    await part(element, /./);
    const lights = [...element.shadowRoot!.querySelectorAll<SVGGElement>('svg [data-lights]')].flatMap((each) => each.dataset['lights']!.split(' '));
    const symbols = cells.find((each) => each.name === name)!.equations.flatMap(tokensOf).filter(({ kind }) => kind === 'name').map((token) => symbolOf(token.text));
    expect(symbols.filter((symbol) => !lights.includes(symbol))).toEqual([]);
  });
});

describe('rnn-cell-diagram', () => {
  it.each(['rnn', 'lstm_peephole', 'gru'])('has nothing that axe finds fault with: %s', async (cell) => {
    const { element } = await mounted(`cell="${cell}"`);
    await part(element, /./);
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('lights in equations what is pointed at in the picture, and the other way round', async () => {
    const { element } = await mounted('cell="lstm"');
    const told: string[][] = [];
    element.addEventListener('symbol-focus', ({ symbols }: SymbolFocusEvent) => told.push([...symbols]));
    await userEvent.hover(await part(element, /^f, forget gate/));
    await settled(() => expect(element.shadowRoot!.querySelectorAll('math .symbol.lit')).toHaveLength(2)); // f = …, and f ⊙ c
    await userEvent.hover(inside(element, "math [data-name=o]"));
    await settled(() => expect([...element.shadowRoot!.querySelectorAll<SVGGElement>('.marks.lit[role=button]')].map((each) => each.getAttribute('aria-label')!.split(':')[0])).toEqual(['o, output gate', 'h after the step']));
    expect([told[0], told.at(-1)]).toEqual([['f'], ['o']]);
    await nowhere();
    await settled(() => expect(told.at(-1)).toEqual([]));
  });

  it('is walked with arrow keys, and what Enter pressed stays lit', async () => {
    const { element } = await mounted('cell="gru"');
    (await part(element, /^U·h/)).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    const at = () => element.shadowRoot!.activeElement!;
    expect(at().getAttribute('aria-label')).toMatch(/^r, reset gate/);
    await userEvent.keyboard('{Enter}{End}');
    expect(at().getAttribute('aria-label')).toMatch(/^h after the step/);
    (at() as SVGGElement).blur();
    await settled(() => expect(inside(element, 'svg [aria-pressed=true]').getAttribute('aria-label')).toMatch(/^r, reset gate/));
    expect(element.shadowRoot!.querySelectorAll('math .symbol.lit').length).toBeGreaterThan(0);
    (await part(element, /^U·h/)).focus();
    await userEvent.keyboard('{Escape}');
    await settled(() => expect(element.shadowRoot!.querySelector('[aria-pressed=true]')).toBeNull());
  });

  it('is lit from outside without telling of it', async () => {
    const { element } = await mounted('cell="lstm"');
    const told = vi.fn();
    element.addEventListener('symbol-focus', told);
    await part(element, /./);
    await nowhere();
    told.mockClear();
    element.lit = ["c'"];
    await settled(() => expect(element.shadowRoot!.querySelectorAll('.marks.lit').length).toBe(2));
    expect(told).not.toHaveBeenCalled();
  });

  it('follows the cursor and the weights', async () => {
    const { model, element } = await mounted('cell="rnn"');
    const before = (await part(element, /^h after/)).textContent;
    model.cursor = { step: 4 };
    await settled(() => expect(text(element)).toContain('after saw, step 5 of 5'));
    const after = (await part(element, /^h after/)).textContent;
    expect(after).not.toBe(before);
    model.seed = 2;
    await settled(() => expect(inside(element, '[aria-label^="h after"]').textContent).not.toBe(after));
  });

  it.each([
    ['layers="mamba state:4"', /has no cell/],
    ['layers="lstm hidden:6 projection:3"', /its state is a projection/],
  ])('says what cannot be drawn: %s', async (attributes, words) => {
    const { element } = await mounted(attributes);
    await settled(() => expect(text(element)).toMatch(words));
  });

  it('draws the last layer that has a cell', async () => {
    const { element } = await mounted('layers="gru hidden:4, attention heads:2"');
    await settled(() => expect(text(element)).toContain('in layer 1 of 2, GRU'));
    await part(element, /^z, update gate/);
  });
});
