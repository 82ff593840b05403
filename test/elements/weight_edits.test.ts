/** Weights changed by hand: in the figure, in the model, in every step of the run, and back. */
import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../src/elements/define';
import { addends, initialWeights, prove, recurrentLayer } from '../../src/engine';
import type { RnnEntry } from '../../src/elements/rnn-entry';
import type { RnnModel, WeightChangeEvent } from '../../src/elements/rnn-model';
import { editsWith, MOST_EDITS, weightName, withEdits, type WeightEdit } from '../../src/elements/weight_edits';
import { madeOnceSettled } from '../gpu/gpu_calls';
import { inside, mount, settled } from './mounting';

const SENTENCE = 'The cat that we saw yesterday was happy';
const U11: WeightEdit = { parameter: 'weight_hh_l0', index: 0, value: 1.5 };

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

async function mounted({ cell = 'rnn', device = 'cpu', more = '' } = {}): Promise<{ model: RnnModel; element: RnnEntry }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="${SENTENCE}" cell="${cell}" device="${device}"></rnn-model><rnn-entry for="m"></rnn-entry>${more}</div>`);
  const model = box.querySelector('rnn-model')!;
  const element = box.querySelector('rnn-entry')!;
  await ready(model);
  await settled(() => inside(element, '#weight'));
  return { model, element };
}

const ready = (model: RnnModel) => settled(() => expect(model.state).toMatchObject({ status: 'ready' }));
/** The run after the one that is there now. */
async function again(model: RnnModel, change: () => void): Promise<Float32Array | Float64Array> {
  const { tape } = model.state;
  change();
  await settled(() => expect(model.state.tape).not.toBe(tape));
  await ready(model);
  return model.state.tape!.signal('h').read();
}
const frames = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
};
const text = (element: Element) => element.shadowRoot!.textContent!.replace(/\s+/g, ' ').trim();
const slider = (element: Element) => inside<HTMLInputElement>(element, '#weight');
const field = (element: Element) => inside<HTMLInputElement>(element, '.weight input[type=number]');
const button = (element: Element, name: RegExp) => [...element.shadowRoot!.querySelectorAll('button')].find((one) => name.test((one.getAttribute('aria-label') ?? one.textContent!).trim()))!;
const total = (element: Element) => Number(inside(element, 'tr.total .number').textContent!.replace('−', '-'));
const slide = (element: Element, value: number) => {
  slider(element).value = String(value);
  slider(element).dispatchEvent(new Event('input', { bubbles: true, composed: true }));
};

describe('the edits of a model', () => {
  it('are used at every step, and their reset brings back the very bits', async () => {
    const { model } = await mounted();
    const before = await model.state.tape!.signal('h').read();
    const kept = model.state.model;
    const changed = await again(model, () => model.editWeight(U11));
    expect(model.state.model).toBe(kept);
    expect(model.state.tape!.parameters.get('weight_hh_l0')!.data[0]).toBe(1.5);
    // The first step has no state before it; from the second on, unit 1 feels it, and then all do.
    expect(changed.slice(0, 8)).toEqual(before.slice(0, 8));
    for (let t = 1; t < 8; t++) expect(changed[t * 8]).not.toBe(before[t * 8]);
    const bias = await again(model, () => model.editWeight({ parameter: 'bias_ih_l0', index: 0, value: 2 }));
    for (let t = 0; t < 8; t++) expect(bias[t * 8]).not.toBe(changed[t * 8]);
    expect((await prove(model.state.tape!)).holds).toBe(true);
    expect(await again(model, () => model.resetWeights())).toEqual(before);
    expect(model.state.tape!.parameters.get('weight_hh_l0')!.data).toEqual(initialWeights({ input: { embedding: 16 }, layers: [{ cell: 'rnn', hidden: 8 }], seed: 1 })['weight_hh_l0'].data);
  });

  it('are told of once a change of the reader, and not when a page sets them', async () => {
    const { model } = await mounted();
    const heard: WeightChangeEvent[] = [];
    document.addEventListener('weight-change', (event) => heard.push(event as WeightChangeEvent), { signal: AbortSignal.timeout(30_000) });
    let told = 0;
    model.watch(() => told++);
    model.editWeight(U11);
    model.editWeight(U11);
    model.editWeight({ ...U11, index: 1, value: undefined });
    expect(heard.map(({ edits, note }) => [edits, note])).toEqual([[[U11], '']]);
    await model.updateComplete;
    expect(told).toBeGreaterThan(0);
    model.edits = [];
    await ready(model);
    expect(heard).toHaveLength(1);
  });

  it('stand while seed, gain, bias and text change, and the model stays', async () => {
    const { model } = await mounted({ cell: 'lstm' });
    await again(model, () => model.editWeight(U11));
    const kept = model.state.model;
    for (const change of [() => (model.seed = 2), () => (model.gain = 3), () => (model.gateBias = 'f:1'), () => (model.text = 'Dogs bark')]) {
      await again(model, change);
      expect(model.edits).toEqual([U11]);
      expect(model.state.model).toBe(kept);
      expect(model.state.tape!.parameters.get('weight_hh_l0')!.data[0]).toBe(1.5);
      expect(model.state.start!['weight_hh_l0'].data[0]).not.toBe(1.5);
    }
    const { seed, gain } = model;
    const start = initialWeights({ input: { embedding: 16 }, layers: [{ cell: 'lstm', hidden: 8, gain, gateBias: { f: 1 } }], seed });
    await again(model, () => model.resetWeights());
    expect(Object.fromEntries(model.state.tape!.parameters)).toEqual(start);
  });

  it('are dropped by another cell or number of units, and that is said', async () => {
    const { model, element } = await mounted();
    for (const change of [() => (model.cell = 'lstm'), () => (model.units = 5)]) {
      await again(model, () => (model.edits = [U11, { ...U11, index: 3 }]));
      const notes: string[] = [];
      model.addEventListener('weight-change', ({ note }) => notes.push(note), { once: true });
      await again(model, change);
      expect(model.edits).toEqual([]);
      expect(notes).toEqual(['2 changed weights have no place in this network and are dropped.']);
      await settled(() => expect(inside(element, '[role=status]').textContent).toBe(notes[0]));
    }
    model.editWeight(U11);
    await settled(() => expect(inside(element, '[role=status]').textContent).toBe(''));
  });

  it('that a network has no place for are dropped alone', async () => {
    const { model } = await mounted();
    const notes: string[] = [];
    model.addEventListener('weight-change', ({ note }) => notes.push(note));
    model.edits = [{ ...U11, index: 64 }, U11, { parameter: 'head.bias', index: 0, value: 1 }, { ...U11, index: 2, value: 1e39 }, { ...U11, index: 0.5 }];
    await settled(() => expect(model.edits).toEqual([U11]));
    await ready(model);
    expect(notes).toEqual(['4 changed weights have no place in this network and are dropped.']);
    expect(model.state.tape!.parameters.get('weight_hh_l0')!.data[0]).toBe(1.5);
  });

  it('come with a new network where they are set with it', async () => {
    const { model } = await mounted();
    await again(model, () => Object.assign(model, { cell: 'gru', edits: [{ ...U11, index: 180 }] }));
    expect(model.edits).toHaveLength(1);
    expect(model.state.tape!.parameters.get('weight_hh_l0')!.data[180]).toBe(1.5);
  });

  it('a thousand in a frame are carried out a few, and the latest wins', async () => {
    const { model } = await mounted();
    let tapes = 0;
    let last = model.state.tape;
    model.watch(() => {
      if (model.state.tape !== last) tapes++;
      last = model.state.tape;
    });
    for (let i = 1; i <= 1000; i++) {
      model.editWeight({ ...U11, value: i / 1000 });
      if (i % 100 === 0) await model.updateComplete;
    }
    await settled(() => expect(model.state.tape!.parameters.get('weight_hh_l0')!.data[0]).toBe(1));
    await ready(model);
    expect(tapes).toBeLessThanOrEqual(3);
  });

  it('a drag makes nothing on the GPU, nor does a slider of the seed, and the latest wins', async () => {
    // Without the figure that reads numbers back: reading takes a buffer of its own each time.
    const box = mount<HTMLElement>(`<div><rnn-model id="m" text="${SENTENCE}" cell="rnn" device="gpu"></rnn-model><rnn-heatmap for="m"></rnn-heatmap><rnn-heatmap for="m" signal="d_h"></rnn-heatmap></div>`);
    const model = box.querySelector('rnn-model')!;
    const heatmaps = [...box.querySelectorAll('rnn-heatmap')];
    await ready(model);
    const kept = model.state.model;
    const move = async (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        model.editWeight({ ...U11, value: i / 20 });
        model.seed = i;
        await frames(1);
      }
      await ready(model);
      await settled(() => expect(heatmaps.map((view) => inside(view, 'figure').getAttribute('aria-busy'))).toEqual(['false', 'false']));
      await frames(3);
    };
    expect(await madeOnceSettled(() => move(0, 8))).toEqual([]);
    await move(16, 26);
    expect(model.state.model).toBe(kept);
    expect(model.state.tape!.parameters.get('weight_hh_l0')!.data[0]).toBe(1.25);
    expect(model.state.model!.shape.seeds).toEqual([25]);
    expect((await prove(model.state.tape!)).holds).toBe(true);
  });
});

describe('the slider of a weight', () => {
  it('has nothing that axe finds fault with, changed or not', async () => {
    const { model, element } = await mounted({ cell: 'lstm' });
    await again(model, () => slide(element, 0.75));
    await settled(() => expect(text(element)).toContain('Changed by hand'));
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('moves the sum by just what the term says', async () => {
    const { model, element } = await mounted();
    model.cursor = { step: 1, unit: 2 };
    await settled(() => expect(slider(element).getAttribute('aria-label')).toBe('Weight U[3,3]'));
    await settled(() => expect(text(element)).toContain('step 2 of 8'));
    const [before, start] = [total(element), model.state.start!['weight_hh_l0'].data[2 * 8 + 2]];
    const h = await model.state.tape!.signal('h').read();
    await again(model, () => slide(element, 1.5));
    // At the second step the state before is that of the first, which U has no part in. Three decimals are printed.
    await settled(() => expect(Math.abs(total(element) - (before + (1.5 - start) * h[2]))).toBeLessThan(1.1e-3));
    const { sum } = await addends(model.state.tape!, { step: 1, unit: 2, gate: recurrentLayer(model.state.model!.shape, 0, 'a test of cells').cell.gates[0].name });
    expect(Math.abs(total(element) - sum)).toBeLessThan(6e-4);
  });

  it('is that of the term chosen from the keyboard, and moves by the arrow keys', async () => {
    const { model, element } = await mounted();
    const term = button(element, /^W\[1,4\]|^b_ih\[1\]|^W\[1,\d+\]/);
    const name = /^[^ ]+/.exec(term.textContent!.trim())![0];
    term.focus();
    await userEvent.keyboard('{Enter}');
    await settled(() => expect(slider(element).getAttribute('aria-label')).toBe(`Weight ${name}`));
    expect(term.getAttribute('aria-pressed')).toBe('true');
    slider(element).focus();
    const before = slider(element).valueAsNumber;
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await settled(() => expect(model.edits).toHaveLength(1));
    expect(model.edits[0].value).toBeCloseTo(before + 0.02, 6);
    await settled(() => expect(text(element)).toContain(`Changed by hand: ${name} from`));
    expect(element.shadowRoot!.activeElement).toBe(slider(element));
  });

  it('has a field beside it, which says what is no weight', async () => {
    const { model, element } = await mounted();
    field(element).focus();
    field(element).select();
    await userEvent.keyboard('12.5');
    await settled(() => expect(model.edits).toEqual([{ ...U11, value: 12.5 }]));
    await settled(() => expect(slider(element).valueAsNumber).toBe(12.5));
    await userEvent.keyboard('{Backspace}{Backspace}345');
    await settled(() => expect(text(element)).toContain('A weight is a number from −100 to 100; the figures still show 12'));
    expect(field(element).getAttribute('aria-invalid')).toBe('true');
    await userEvent.keyboard('{Tab}');
    await settled(() => expect(field(element).hasAttribute('aria-invalid')).toBe(false));
  });

  it('goes back one weight at a time, and all at once', async () => {
    const { model, element } = await mounted();
    const before = await model.state.tape!.signal('h').read();
    await again(model, () => slide(element, 1.5));
    model.editWeight({ parameter: 'bias_hh_l0', index: 4, value: -1 });
    await settled(() => expect(text(element)).toContain('b_hh[5] from'));
    button(element, /^Reset U\[1,1\] to/).click();
    await settled(() => expect(model.edits.map(({ parameter }) => parameter)).toEqual(['bias_hh_l0']));
    await settled(() => expect(text(element)).not.toContain('U[1,1] from'));
    await settled(() => inside(element, '.all')).then((all) => all.click());
    expect(model.edits).toEqual([]);
    expect(element.shadowRoot!.activeElement).toBe(slider(element));
    await ready(model);
    await settled(async () => expect(await model.state.tape!.signal('h').read()).toEqual(before));
    expect(button(element, /^Reset U\[1,1\]/).getAttribute('aria-disabled')).toBe('true');
  });

  it('is there for every gate of a gated cell, and the weight is that gate’s', async () => {
    const { model, element } = await mounted({ cell: 'lstm_peephole' });
    element.gate = 'f';
    await settled(() => expect(slider(element).getAttribute('aria-label')).toBe('Weight U_f[1,1]'));
    await again(model, () => slide(element, 1));
    expect(model.edits).toEqual([{ parameter: 'weight_hh_l0', index: 8 * 8, value: 1 }]);
    button(element, /^Show all/)?.click();
    await settled(() => expect(button(element, /^p\[1\]/)).toBeDefined());
    button(element, /^p\[1\]/).click();
    await settled(() => expect(slider(element).getAttribute('aria-label')).toBe('Weight p_f[1]'));
    await again(model, () => slide(element, -1));
    expect(model.state.tape!.parameters.get('weight_peep_f_l0')!.data[0]).toBe(-1);
    await settled(() => expect(text(element)).toContain('U_f[1,1] from'));
  });

  it('stays where it is when as many are changed as a link can hold', async () => {
    const { model, element } = await mounted();
    model.edits = Array.from({ length: MOST_EDITS }, (_, index) => ({ ...U11, index: index + 1 }));
    await settled(() => expect(text(element)).toContain('20 weights are changed already; reset one to change this one.'));
    expect(slider(element).disabled).toBe(true);
    model.editWeight(U11);
    expect(model.edits).toHaveLength(MOST_EDITS);
  });
});

describe('edits as such', () => {
  const start = { a: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }, b: { shape: [1], data: Float32Array.of(5) } };

  it('copy only what they change', () => {
    const { weights, misfits } = withEdits(start, [{ parameter: 'a', index: 3, value: 9 }, { parameter: 'toString', index: 0, value: 1 }]);
    expect(Array.from(weights['a'].data)).toEqual([1, 2, 3, 9]);
    expect([...start.a.data]).toEqual([1, 2, 3, 4]);
    expect(weights['b']).toBe(start.b);
    expect(misfits).toEqual([{ parameter: 'toString', index: 0, value: 1 }]);
    expect(withEdits(start, misfits).weights).toBe(start);
  });

  it('replace one another at one place, and are the same object where nothing changes', () => {
    const one = editsWith([], U11);
    expect(editsWith(one, U11)).toBe(one);
    expect(editsWith(one, { ...U11, index: 5, value: undefined })).toBe(one);
    expect(editsWith(one, { ...U11, value: 2 })).toEqual([{ ...U11, value: 2 }]);
    expect(editsWith(one, { ...U11, value: undefined })).toEqual([]);
  });

  it('have the names that the figures use', async () => {
    const { model } = await mounted({ cell: 'lstm' });
    const layer = recurrentLayer(model.state.model!.shape, 0, 'a test of cells');
    expect(weightName({ parameter: 'weight_ih_l0', index: 8 * 16 + 2 }, layer)).toBe('W_f[1,3]');
    expect(weightName({ parameter: 'weight_hh_l0', index: 9 }, layer)).toBe('U_i[2,2]');
    expect(weightName({ parameter: 'bias_hh_l0', index: 31 }, layer)).toBe('b_hh_o[8]');
  });
});
