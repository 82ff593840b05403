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

/** The numbers of a signal at step 3, and at the steps before it: [T][width] of the CPU's float64 run. */
async function signalOf({ state: { tape } }: RnnModel, name: string): Promise<(t: number, i: number) => number> {
  const values = await tape!.signal(name).read();
  const width = values.length / 5;
  return (t, i) => values[t * width + i];
}

const parameter = ({ state: { tape } }: RnnModel, name: string) => tape!.parameters.get(`layers.0.${name}`)!.data;

/** That a part says a number, on the wire and to a screen reader. */
async function shows(element: Element, name: RegExp, value: number): Promise<void> {
  const found = await part(element, name);
  expect(found.getAttribute('aria-label')).toMatch(new RegExp(`[: ]${decimal(value).replace('.', '\\.')}(,|$)`));
}

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));
/** x · Φ(x), by a series of the error function that has 7 digits. */
function gelu(x: number): number {
  let [sum, term] = [0, x / Math.SQRT2];
  for (let n = 0; n < 60; n++) {
    sum += term / (2 * n + 1);
    term *= -(x * x) / 2 / (n + 1);
  }
  return 0.5 * x * (1 + (2 / Math.sqrt(Math.PI)) * sum);
}

describe.each(['attention heads:2 mlp:2', 'attention heads:4 mlp:0', 'attention norm:none', 'attention heads:2 positions:rotary norm:rms'])('%s', (layers) => {
  it('has on its wires what the reference computed', async () => {
    const { model, element } = await mounted(`layers="${layers}"`);
    const width = 16;
    const heads = Number(/heads:(\d)/.exec(layers)?.[1] ?? 1);
    const head = Math.floor(1 / (width / heads));
    const [x, q, k, v, attn, context, y] = await Promise.all(['x', 'q', 'k', 'v', 'attn', 'context', 'y'].map((name) => signalOf(model, name)));
    const weights = Array.from({ length: 3 }, (_, s) => attn(2, head * 5 + s));
    const most = weights.indexOf(Math.max(...weights));
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    await shows(element, /^x, what is read/, x(2, 1));
    await shows(element, /^q, the query/, q(2, 1));
    await shows(element, /^k, the key/, k(2, 1));
    await shows(element, /^v, the value/, v(2, 1));
    await shows(element, /^k of the word/, k(most, 1));
    await shows(element, /^v of that word/, v(most, 1));
    await shows(element, /^A, how much/, weights[most]);
    const mean = weights.reduce((sum, weight, s) => sum + weight * v(s, 1), 0);
    expect(mean).toBeCloseTo(context(2, 1), 12);
    await shows(element, /^m, the mean/, mean);
    await shows(element, /^y, what is handed on/, y(2, 1));
    expect(text(element)).toContain(`Head ${head + 1} of ${heads}, which takes most of “${['The', 'cat', 'that'][most]}” here, s = ${most + 1}.`);
    expect(text(element)).not.toContain('not a number');
    if (layers.includes('norm:none')) return;
    const out = (name: 'weight' | 'bias') => parameter(model, `self_attn.out_proj.${name}`);
    const added = Array.from({ length: width }, (_, j) => out('weight')[width + j] * context(2, j)).reduce((sum, term) => sum + term, out('bias')[1]);
    await shows(element, /^added to it/, added);
    if (layers.includes('mlp:0')) return;
    const hidden = await signalOf(model, 'a_mlp');
    const rows = parameter(model, 'linear1.bias').length;
    const further = Array.from({ length: rows }, (_, j) => parameter(model, 'linear2.weight')[rows + j] * gelu(hidden(2, j))).reduce((sum, term) => sum + term, parameter(model, 'linear2.bias')[1]);
    await shows(element, /^u, with what/, x(2, 1) + added);
    await shows(element, /^added by the hidden/, further);
  });
});

describe.each(['mamba state:4', 'mamba state:3 norm:none conv:2', 'mamba state:4 frozen:true', 'mamba state:1 norm:layer convBias:false'])('%s', (layers) => {
  it('has on its wires what the reference computed', async () => {
    const { model, element } = await mounted(`layers="${layers}"`);
    element.channel = 5;
    const states = Number(/state:(\d)/.exec(layers)![1]);
    const own = layers.includes('norm:none') ? '' : 'mixer.';
    const [x, a, u, delta, decay, B, C, h, z, scanned, y] = await Promise.all(['x', 'u_in', 'u', 'delta', 'decay', 'B', 'C', 'h', 'z', 'scanned', 'y'].map((name) => signalOf(model, name)));
    await settled(() => expect(text(element)).toContain(`Channel 6 of 32${states > 1 ? `, the first of its ${states} numbers of state` : ''}.`));
    const taps = layers.includes('conv:2') ? 2 : 4;
    const bias = layers.includes('convBias:false') ? 0 : parameter(model, `${own}conv1d.bias`)[5];
    let conv = bias;
    for (let t = Math.max(0, 3 - taps); t < 3; t++) conv += parameter(model, `${own}conv1d.weight`)[5 * taps + t + taps - 3] * a(t, 5);
    expect(conv * sigmoid(conv)).toBeCloseTo(u(2, 5), 12);
    const read = Array.from({ length: states }, (_, n) => C(2, n) * h(2, 5 * states + n)).reduce((sum, term) => sum + term, 0);
    const skip = parameter(model, `${own}D`)[5] * u(2, 5);
    const gate = z(2, 5) * sigmoid(z(2, 5));
    expect((read + skip) * gate).toBeCloseTo(scanned(2, 5), 12);
    const written = delta(2, 5) * B(2, 0) * u(2, 5);
    expect(decay(2, 5 * states) * h(1, 5 * states) + written).toBeCloseTo(h(2, 5 * states), 12);
    for (const [name, value] of [
      [/^x, what/, x(2, 1)],
      [/^a, of the in-projection/, a(2, 5)],
      [/^sum of the convolution/, conv],
      [/^u, what enters/, u(2, 5)],
      [/^z, pre-activation/, z(2, 5)],
      [/^Δ, how far/, delta(2, 5)],
      [/^B, how/, B(2, 0)],
      [/^C, how/, C(2, 0)],
      [/^h before/, h(1, 5 * states)],
      [/^exp/, decay(2, 5 * states)],
      [/^written/, written],
      [/^h after/, h(2, 5 * states)],
      [/^read from all/, read],
      [/^straight on/, skip],
      [/^s, what leaves/, read + skip],
      [/^SiLU/, gate],
      [/^o, what the gate/, scanned(2, 5)],
      [/^y, what/, y(2, 1)],
    ] as const) await shows(element, name, value);
    if (own) await shows(element, /^added to it/, y(2, 1) - x(2, 1));
    expect(text(element)).not.toContain('not a number');
  });
});

describe.each(['attention heads:2', 'attention mlp:0', 'attention norm:none', 'mamba', 'mamba norm:none', 'mamba frozen:true'])('equations of %s', (layers) => {
  it('have every symbol in the picture', async () => {
    const { element } = await mounted(`layers="${layers}"`);
    await part(element, /./);
    const root = element.shadowRoot!;
    const lights = [...root.querySelectorAll<SVGGElement>('svg [data-lights]')].flatMap((each) => each.dataset['lights']!.split(' '));
    const symbols = [...root.querySelectorAll<HTMLElement>('math .symbol')].map((symbol) => symbol.dataset['name']!);
    expect(symbols.length).toBeGreaterThan(10);
    expect([...new Set(symbols)].filter((symbol) => !lights.includes(symbol))).toEqual([]);
  });
});

describe('rnn-cell-diagram', () => {
  it.each(['cell="rnn"', 'cell="lstm_peephole"', 'cell="gru"', 'layers="attention heads:2"', 'layers="mamba state:4"'])('has nothing that axe finds fault with: %s', async (attributes) => {
    const { element } = await mounted(attributes);
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
    ['layers="min_gru"', /has no cell, and no picture here/],
    ['layers="norm"', /has no cell, and no picture here/],
    ['layers="lstm hidden:6 projection:3"', /its state is a projection/],
  ])('says what cannot be drawn: %s', async (attributes, words) => {
    const { element } = await mounted(attributes);
    await settled(() => expect(text(element)).toMatch(words));
  });

  it('draws the last of attention and Mamba where no layer has a cell, or whichever it is told', async () => {
    const { element } = await mounted('layers="mamba state:4, attention heads:2, norm"');
    await settled(() => expect(text(element)).toContain('in layer 2 of 3, Attention'));
    element.layer = 0;
    await settled(() => expect(text(element)).toContain('in layer 1 of 3, Mamba'));
    await part(element, /^SiLU/);
    element.layer = 2;
    await settled(() => expect(text(element)).toContain('Norm has no cell'));
  });

  it.each([
    ['attention heads:2', 'q', ['q, the query']],
    ['mamba', 'Δ', ['Δ, how far', 'exp', 'written']],
  ] as const)('lights the wires of what an equation of %s is pointed at in: %s', async (layers, symbol, lit) => {
    const { element } = await mounted(`layers="${layers}"`);
    await part(element, /./);
    await userEvent.hover(inside(element, `math [data-name=${symbol}]`));
    await settled(() => {
      const labels = [...element.shadowRoot!.querySelectorAll<SVGGElement>('.lit[role=button]')].map((each) => each.getAttribute('aria-label')!);
      for (const begins of lit) expect(labels.some((label) => label.startsWith(begins))).toBe(true);
    });
    expect(element.shadowRoot!.querySelectorAll('.wires.lit').length).toBeGreaterThan(1);
    await nowhere();
  });

  it('draws the last layer that has a cell', async () => {
    const { element } = await mounted('layers="gru hidden:4, attention heads:2"');
    await settled(() => expect(text(element)).toContain('in layer 1 of 2, GRU'));
    await part(element, /^z, update gate/);
  });
});
