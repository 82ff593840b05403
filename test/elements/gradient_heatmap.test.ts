/** Gradients and their loss in heatmaps, the settings that a model starts from, and what a redraw costs. */
import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createEngine, type Tape } from '../../src/engine';
import { colourTable, LAST, ZERO } from '../../src/elements/colour/scale';
import { colourIndex, logCodingFor } from '../../src/elements/range';
import type { RnnHeatmap } from '../../src/elements/rnn-heatmap';
import type { RnnModel } from '../../src/elements/rnn-model';
import { madeOnceSettled } from '../gpu/gpu_calls';
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

const cell = (heatmap: RnnHeatmap) => inside(heatmap, '[role=gridcell]');
const name = (heatmap: RnnHeatmap) => cell(heatmap).getAttribute('aria-label');
const gridName = (heatmap: RnnHeatmap) => inside(heatmap, '[role=grid]').getAttribute('aria-label')!;
const ticks = (heatmap: RnnHeatmap) => [...heatmap.shadowRoot!.querySelectorAll('.ticks span')].map((tick) => tick.textContent);
const words = (heatmap: RnnHeatmap) => inside(heatmap, '.words').textContent!.replace(/\s+/g, ' ').trim();
const idle = (model: RnnModel) => settled(() => expect(model.state.status).toBe('ready'));
const frames = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
};

/** One over the other: what is pushed off the screen computes nothing. */
function withModel(attributes: string, ...heatmaps: string[]) {
  const views = heatmaps.map((given) => `<rnn-heatmap style="position: absolute; inset: 0 auto auto 0; inline-size: 640px" for="m" ${given}></rnn-heatmap>`);
  const box = mount<HTMLElement>(`<div style="position: relative"><rnn-model id="m" text="${SENTENCE}" ${attributes}></rnn-model>${views.join('')}</div>`);
  return { model: box.querySelector<RnnModel>('rnn-model')!, views: [...box.querySelectorAll<RnnHeatmap>('rnn-heatmap')] };
}

/** The colours of the next frame, copied in that very frame: a WebGPU canvas cannot be read later. */
async function nextPicture(heatmap: RnnHeatmap, rows: number, columns: number): Promise<number[][]> {
  heatmap.requestUpdate();
  await heatmap.updateComplete;
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve(pixelsOf(inside<HTMLCanvasElement>(heatmap, '.plot canvas'), rows, columns).flat()));
  });
}

it('a gradient has nothing that axe finds fault with', async () => {
  const heatmap = mount(`<rnn-heatmap text="${SENTENCE}" signal="d_h" device="cpu"></rnn-heatmap>`);
  await settled(() => gridName(heatmap));
  const { violations } = await axe.run(heatmap);
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});

describe('a gradient', () => {
  it('says in words what it is of, prints its decades, and tells the exact signed value', async () => {
    const { model, views } = withModel('device="cpu" cell="lstm" hidden="4" loss-unit="2"', 'signal="d_h"');
    await settled(() => expect(gridName(views[0])).toBe("d_h, ∂h₃ at 'happy' / ∂h_t (LSTM of 4 units), 4 units by 8 steps"));
    expect(ticks(views[0])[0]).toBe('0');
    expect(inside(views[0], '.bar').getAttribute('aria-label')).toMatch(/^Colours from (1e−\d+|0\.0*1) .*to 1, by their logarithm; exactly 0 has a colour of its own$/);
    cell(views[0]).focus();
    model.cursor = { step: 3, unit: 1 };
    const values = await model.state.tape!.signal('d_h').read();
    await settled(() => expect(name(views[0])).toBe(`unit 2, step 4 'we', ${String(Number(values[3 * 4 + 1].toPrecision(6))).replaceAll('-', '−')}`));
    model.lossStep = 1;
    await settled(() => expect(gridName(views[0])).toContain("∂h₃ at 'cat' / ∂h_t"));
  });

  it.each(['cpu', 'gpu'])('is painted by its logarithm from what the engine of the %s holds', async (device) => {
    const { model, views } = withModel(`device="${device}" cell="gru" hidden="5"`, 'signal="d_h"');
    await settled(() => gridName(views[0]));
    const values = await model.state.tape!.signal('d_h').read();
    const logs = [...values].filter((value) => value !== 0).map((value) => Math.log10(Math.abs(value)));
    const max = Math.ceil(Math.max(...logs));
    const coding = logCodingFor({ min: Math.min(Math.floor(Math.min(...logs)), max - 3), max });
    const table = colourTable('magnitude', false);
    const expected = Array.from({ length: 40 }, (_, k) => [...table.subarray(4 * colourIndex(values[(k % 8) * 5 + Math.floor(k / 8)], coding)).subarray(0, 4)]);
    await settled(async () => expect(await nextPicture(views[0], 5, 8)).toEqual(expected));
    expect(expected[15]).toEqual([...table.subarray(4 * ZERO, 4 * ZERO + 4)]); // another unit at the loss's own step
    expect(expected[7]).toEqual([...table.subarray(4 * LAST, 4 * LAST + 4)]); // ∂h₁/∂h₁ = 1
  });

  it('is there for every state, gate and input, and may be drawn linearly', async () => {
    const { views } = withModel('device="cpu" cell="lstm" hidden="3"', 'signal="d_c"', 'signal="d_a_f"', 'signal="d_x"', 'signal="d_h0"', 'signal="d_h" scale="linear"', 'signal="h" scale="log"');
    await settled(() => expect(views.map(gridName)).toEqual([
      "d_c, ∂h₁ at 'happy' / ∂c_t (LSTM of 3 units), 3 units by 8 steps",
      "d_a_f, ∂h₁ at 'happy' / ∂a_f at t (LSTM of 3 units), 3 units by 8 steps",
      "d_x, ∂h₁ at 'happy' / ∂x_t (LSTM of 3 units), 16 inputs by 8 steps",
      "d_h0, ∂h₁ at 'happy' / ∂h before the first step (LSTM of 3 units), 3 units by 1 start",
      "d_h, ∂h₁ at 'happy' / ∂h_t (LSTM of 3 units), 3 units by 8 steps",
      'h, hidden state (LSTM of 3 units), 3 units by 8 steps',
    ]));
    expect(ticks(views[4])).toEqual(['−1', '0', '1']);
    expect(ticks(views[5])[0]).toBe('0');
  });

  it('is carried back once for all views, again for another loss, and never where nobody looks', async () => {
    const engine = await createEngine({ device: 'cpu' });
    const model = await engine.model({ input: { embedding: 2 }, layers: [{ cell: 'rnn', hidden: 2 }] });
    const tape = await model.run({ words: ['a'] });
    const backward = vi.spyOn(Object.getPrototypeOf(tape) as Tape, 'backward');
    engine.release();
    const { model: element, views } = withModel('device="cpu" hidden="4"', 'signal="h"', 'signal="f"');
    await settled(() => views.map(gridName));
    expect(backward).toHaveBeenCalledTimes(0);
    for (const [i, signal] of ['d_h', 'd_c'].entries()) views[i].signal = signal;
    await settled(() => expect(views.map((view) => gridName(view).slice(0, 3))).toEqual(['d_h', 'd_c']));
    expect(backward).toHaveBeenCalledTimes(1);
    element.lossStep = 2;
    await settled(() => expect(views.map((view) => gridName(view).includes("at 'that'"))).toEqual([true, true]));
    expect(backward).toHaveBeenCalledTimes(2);
    for (let step = 0; step < 8; step++) {
      element.lossStep = step;
      await element.updateComplete;
    }
    await settled(() => expect(views.map((view) => gridName(view).includes("at 'happy'"))).toEqual([true, true]));
    expect(backward.mock.calls.length).toBeLessThanOrEqual(4);
  });

  it('is of the unit that the cursor is on, unless the model says which', async () => {
    const { model, views } = withModel('device="cpu" cell="rnn" hidden="4"', 'signal="d_h"');
    await settled(() => gridName(views[0]));
    cell(views[0]).focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    await settled(() => expect(gridName(views[0])).toContain('∂h₃ at'));
    model.lossUnit = 0;
    await settled(() => expect(gridName(views[0])).toContain('∂h₁ at'));
  });

  it.each([
    ['loss-step="8"', '', 'loss-step: 8 given; it must be a whole number from 0 to 7.'],
    ['loss-unit="4"', '', 'loss-unit: 4 given; it must be a whole number from 0 to 3.'],
    ['loss-unit="last"', '', 'loss-unit: "last" given; it must be a whole number from 0 to 3.'],
    ['', 'loss-step="2"', 'loss-unit and loss-step: a run has one loss, which all its views show; set them on the <rnn-model>.'],
    ['', 'scale="cubic"', 'scale: "cubic" given; it must be log or linear.'],
  ])('with %s %s is explained', async (onModel, onView, message) => {
    const { views } = withModel(`device="cpu" hidden="4" ${onModel}`, `signal="d_h" ${onView}`);
    await settled(() => expect(messageOf(views[0])).toBe(message));
  });

  it('of a name that there is not lists those there are', async () => {
    const { views } = withModel('device="cpu" cell="rnn" hidden="4"', 'signal="d_q"');
    await settled(() => expect(messageOf(views[0])).toMatch(/^There is no signal "d_q" here; available are h, .*d_h, d_a_a, d_x/));
  });
});

describe('what leaves float32 is said in words', () => {
  const long = (count: number) => Array.from({ length: count }, (_, i) => `w${i}`).join(' ');

  it('a state that overflows', async () => {
    const heatmap = mount(`<rnn-heatmap cell="rnn_linear" hidden="8" gain="60" text="${long(60)}" device="gpu"></rnn-heatmap>`);
    await settled(() => expect(words(heatmap)).toMatch(/h reached 3e38, the most that float32 holds, at step \d+ 'w\d+'; nothing after it can be trusted\./));
  });

  it('a gradient that becomes too small to hold', async () => {
    const heatmap = mount(`<rnn-heatmap cell="rnn" hidden="8" gain="0.05" text="${long(80)}" signal="d_h" device="gpu"></rnn-heatmap>`);
    await settled(() => expect(words(heatmap)).toMatch(/d_h fell below what float32 holds \(1e−45\) at step \d+ 'w\d+'; there and before it 0 stands for less than that\./));
  });
});

describe('what a model starts from', () => {
  it('gain and gate biases are those of a network made with them', async () => {
    const { model } = withModel('device="cpu" cell="lstm" hidden="3" gain="1.5" gate-bias="f:3, i:-1"');
    await idle(model);
    const engine = await createEngine({ device: 'cpu' });
    const made = await engine.model({ input: { embedding: 16 }, layers: [{ cell: 'lstm', hidden: 3, gain: 1.5, gateBias: { f: 3, i: -1 } }], seed: 1 });
    const tape = await made.run({ words: SENTENCE.split(' ') });
    expect(await model.state.tape!.signal('h').read()).toEqual(await tape.signal('h').read());
    const first = model.state.model;
    model.gain = 1;
    model.gateBias = { f: 0 };
    await settled(() => expect(model.state).toMatchObject({ status: 'ready' }));
    const other = await engine.model({ input: { embedding: 16 }, layers: [{ cell: 'lstm', hidden: 3, gateBias: { f: 0 } }], seed: 1 });
    const again = await other.run({ words: SENTENCE.split(' ') });
    await settled(async () => expect(await model.state.tape!.signal('c').read()).toEqual(await again.signal('c').read()));
    expect(model.state.model).toBe(first); // it keeps its buffers
    engine.release();
  });

  it.each([
    ['gain="loud"', 'gain: "loud" given; it must be a finite number.'],
    ['gain="Infinity"', 'gain: Infinity given; it must be a finite number.'],
    ['gate-bias="f"', 'gate-bias: "f" given; write a gate, a colon and a number, as in f:3.'],
    ['gate-bias="f:high"', 'gate-bias: "f:high" given; write a gate, a colon and a number, as in f:3.'],
    ['gate-bias="q:1"', 'gate-bias: a LSTM has no gate "q"; it has i, f, g, o.'],
  ])('%s is explained, and the next is not in its way', async (attribute, message) => {
    const { model } = withModel(`device="cpu" ${attribute}`);
    await settled(() => expect(model.state).toMatchObject({ status: 'error', message }));
    model.gain = 1;
    model.gateBias = 'f:1';
    await idle(model);
  });

  it('a slider of gain or bias makes nothing on the GPU while it moves, and the latest wins', async () => {
    const { model, views } = withModel('device="gpu" cell="lstm" hidden="8"', 'signal="h"', 'signal="d_h"');
    await idle(model);
    await settled(() => views.map(gridName));
    const move = async (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        model.gain = 1 + i / 50;
        model.gateBias = `f:${i / 10}`;
        await frames(1);
      }
      await settled(() => expect(model.state).toMatchObject({ status: 'ready' }));
      await settled(() => expect(views.map((view) => inside(view, 'figure').getAttribute('aria-busy'))).toEqual(['false', 'false']));
      await frames(3);
    };
    expect(await madeOnceSettled(() => move(0, 8))).toEqual([]);
    await move(16, 24);
    expect(model.state.model!.parameters.get('bias_ih_l0')!.data[8]).toBeCloseTo(2.3);
  });
});

it('never has more than two submits of the model in flight', async () => {
  const { model, views } = withModel('device="gpu" cell="lstm" hidden="8"', 'signal="d_h"');
  await idle(model);
  await settled(() => gridName(views[0]));
  let [inFlight, most] = [0, 0];
  const submit = GPUQueue.prototype.submit;
  const pass = vi.spyOn(GPUCommandEncoder.prototype, 'beginComputePass');
  GPUQueue.prototype.submit = function (this: GPUQueue, buffers) {
    const ours = pass.mock.calls.some(([descriptor]) => /^(run|backward)$/.test(descriptor?.label ?? ''));
    pass.mockClear();
    submit.call(this, buffers);
    if (!ours) return;
    most = Math.max(most, ++inFlight);
    void this.onSubmittedWorkDone().then(() => inFlight--);
  };
  try {
    for (let i = 0; i < 60; i++) {
      model.gain = 1 + i / 100;
      await model.updateComplete;
      if (i % 10 === 0) await frames(1);
    }
    await settled(() => expect(model.state).toMatchObject({ status: 'ready' }));
    await settled(() => expect(inside(views[0], 'figure').getAttribute('aria-busy')).toBe('false'));
  } finally {
    GPUQueue.prototype.submit = submit;
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(2);
});

describe('places', () => {
  it('layer and direction say whose signal is drawn, and what there is not is explained', async () => {
    const { views } = withModel('device="cpu" cell="gru" hidden="4"', 'layer="0" direction="forward"', 'layer="1"', 'direction="reverse"');
    await settled(() => expect(gridName(views[0])).toContain('hidden state'));
    await settled(() => expect(messageOf(views[1])).toBe('There is no signal "h of layer 1 forward" here; available are layer 0 forward.'));
    await settled(() => expect(messageOf(views[2])).toBe('There is no signal "h of layer 0 reverse" here; available are layer 0 forward.'));
  });

  it('a signal of a deep, bidirectional run is drawn for its layer and direction', async () => {
    const engine = await createEngine({ device: 'cpu' });
    const deep = await engine.model({ input: { embedding: 4 }, layers: [{ cell: 'gru', hidden: 3, bidirectional: true }, { cell: 'rnn', hidden: 2 }] });
    const tape = await deep.run({ words: ['a', 'b', 'c'] });
    const heatmap = mount('<rnn-heatmap></rnn-heatmap>');
    heatmap.source = tape.signal('h', { layer: 0, direction: 'reverse' });
    await settled(() => expect(gridName(heatmap)).toBe('h, hidden state (layer 1, GRU of 3 units, reverse), 3 units by 3 steps'));
    heatmap.remove();
    engine.release();
  });

  it('rows and columns of given values have the nouns given', async () => {
    const heatmap = mount('<rnn-heatmap values="1 2 3 4" rows="2" row-noun="unit" column-noun="step"></rnn-heatmap>');
    await settled(() => expect(gridName(heatmap)).toBe('Heatmap, 2 units by 2 steps'));
    expect(name(heatmap)).toBe('unit 1, step 1, 1');
  });

  it('given values may be drawn by their logarithm', async () => {
    const heatmap = mount('<rnn-heatmap values="1e-9 -1 0 1e-40" rows="2" scale="log"></rnn-heatmap>');
    await settled(() => expect(ticks(heatmap)).toEqual(['0', '1e−40', '1e−20', '1']));
    heatmap.min = 1e-6;
    heatmap.max = 1;
    await settled(() => expect(ticks(heatmap)).toEqual(['0', '1e−6', '0.001', '1']));
    heatmap.min = -1;
    await settled(() => expect(messageOf(heatmap)).toBe('min and max: -1 given; the ends of a logarithmic scale must be above 0.'));
  });
});

it('a text of 2,000 words is drawn where it is scrolled to, by the GPU as by the CPU', async () => {
  const text = Array.from({ length: 2000 }, (_, i) => `w${i % 97}`).join(' ');
  const pictures: number[][][] = [];
  for (const device of ['gpu', 'cpu']) {
    const heatmap = mount(`<rnn-heatmap cell="gru" hidden="6" text="${text}" device="${device}"></rnn-heatmap>`);
    await settled(() => gridName(heatmap));
    const viewport = inside(heatmap, '.viewport');
    await settled(() => expect(viewport.scrollWidth).toBeGreaterThan(2000 * 20));
    viewport.scrollLeft = 30_000;
    await settled(() => expect(inside(heatmap, '.columns bdi').textContent).not.toBe('w0'));
    const canvas = inside<HTMLCanvasElement>(heatmap, '.plot canvas');
    expect(canvas.width).toBeLessThanOrEqual(640 * devicePixelRatio);
    await frames(3);
    pictures.push(await nextPicture(heatmap, 6, 20));
    cell(heatmap).focus();
    await userEvent.keyboard('{End}');
    await settled(() => expect(name(heatmap)).toMatch(/^unit 1, step 2000 'w59', −?\d/));
    await settled(() => expect([...heatmap.shadowRoot!.querySelectorAll('.columns bdi')].at(-1)!.textContent).toBe('w59'));
    heatmap.remove();
  }
  expect(pictures[0].filter(([, , , alpha]) => alpha === 255).length).toBeGreaterThan(60);
  const close = pictures[0].filter((colour, i) => colour.every((byte, k) => Math.abs(byte - pictures[1][i][k]) <= 6));
  expect(close.length).toBe(pictures[0].length);
});
