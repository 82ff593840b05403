import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../src/elements/define';
import { createEngine, gradientExperiment, jacobianFlow, meanFlow, WARM_UP } from '../../src/engine';
import { flowExperiment } from '../../src/elements/flow_experiment';
import type { FlowSettings } from '../../src/elements/flow_settings';
import { logAxis, ofLog10, powerOfTen } from '../../src/elements/log_axis';
import type { RnnGradientFlow } from '../../src/elements/rnn-gradient-flow';
import type { RnnModel } from '../../src/elements/rnn-model';
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

const text = (element: Element) => element.shadowRoot!.textContent!.replace(/\s+/g, ' ').trim();
const plot = (element: Element) => inside(element, '[part=plot]');
const valueText = (element: Element) => plot(element).getAttribute('aria-valuetext')!;

/** Small and on the CPU, whose numbers are the same everywhere. Of an attribute given twice, HTML takes the first. */
function flow(attributes = ''): RnnGradientFlow {
  return mount<RnnGradientFlow>(`<rnn-gradient-flow ${attributes} device="cpu" hidden="16" distance="40"></rnn-gradient-flow>`);
}

/** Waits for the first picture, or for the last of it. */
async function drawn(element: RnnGradientFlow, toTheEnd = false): Promise<void> {
  await settled(() => plot(element));
  if (toTheEnd) await settled(() => expect(element.shadowRoot!.querySelector('progress')).toBeNull());
}

describe('rnn-gradient-flow', () => {
  it('has nothing that axe finds fault with, controls and table included', async () => {
    const element = flow('controls');
    await drawn(element, true);
    inside(element, 'summary').click();
    await settled(() => expect(element.shadowRoot!.querySelectorAll('tbody tr')).toHaveLength(41));
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('prints the mean that the engine measures, and the ideal', async () => {
    const element = flow('gain="0.9" drive="1" at="30"');
    await drawn(element, true);
    const engine = await createEngine({ device: 'cpu' });
    const { spec, weights, inputs } = gradientExperiment({ gain: 0.9, drive: 1, hidden: 16, sequences: 8, steps: 200 + WARM_UP, seed: 1 });
    const curve = await meanFlow(await (await engine.model(spec, { weights })).run(inputs), { back: 40 });
    expect(valueText(element)).toBe(`k = 30: ${ofLog10(curve[30])} measured, 0.042 ideal`);
    expect(text(element)).toContain('Geometric mean of 8 sequences');
    expect(text(element)).toContain('float64 on the CPU');
    engine.release();
  });

  it('without tanh measures 0.9³⁰ and 1.1³⁰ themselves', async () => {
    const element = flow('cell="rnn_linear" gain="0.9"');
    await drawn(element);
    expect(valueText(element)).toBe('k = 30: 0.042 measured, 0.042 ideal');
    element.gain = 1.1;
    await settled(() => expect(valueText(element)).toBe('k = 30: 17 measured, 17 ideal'));
  });

  it('moves along the distance with the keys of a slider and tells of it once a move', async () => {
    const element = flow('cell="rnn_linear" gain="0.9"');
    await drawn(element, true);
    const moves: number[] = [];
    element.addEventListener('distance-change', ({ distance }) => moves.push(distance));
    plot(element).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowLeft}{ArrowLeft}{PageUp}{Home}{Home}{End}{ArrowUp}');
    expect(moves).toEqual([31, 30, 29, 39, 0, 40]);
    expect(plot(element).getAttribute('aria-valuenow')).toBe('40');
    expect(plot(element).getAttribute('aria-valuemax')).toBe('40');
  });

  it('ends with the last of many settings, and draws some on the way', async () => {
    const element = flow('cell="rnn_linear"');
    await drawn(element, true);
    const seen = new Set<string>();
    for (let step = 0; step <= 40; step++) {
      element.gain = Number((0.5 + step * 0.05).toFixed(2));
      await new Promise((resolve) => setTimeout(resolve, 10));
      seen.add(valueText(element));
    }
    await settled(() => expect(valueText(element)).toBe(`k = 30: ${ofLog10(30 * Math.log10(2.5))} measured, ${ofLog10(30 * Math.log10(2.5))} ideal`));
    expect(seen.size).toBeGreaterThan(2);
    expect(element.shadowRoot!.querySelectorAll('[part=notice]')).toHaveLength(0);
  });

  it('says where float32 ends, above and below', async () => {
    const over = flow('cell="rnn_linear" gain="3" distance="200"');
    await drawn(over);
    expect(text(over)).toMatch(/reaches 4\.4e38 at k = 81, more than the largest float32/);
    const under = flow('cell="rnn_linear" gain="0.5" distance="200"');
    await drawn(under);
    expect(text(under)).toMatch(/falls to 5\.9e−39 at k = 127, below the smallest normal float32/);
  });

  it('is stopped by its button, and keeps what was measured', async () => {
    const element = mount<RnnGradientFlow>('<rnn-gradient-flow device="cpu" hidden="64" distance="200"></rnn-gradient-flow>');
    await drawn(element);
    inside(element, '.work button').click();
    await settled(() => expect(text(element)).toContain('Stopped'));
    expect(valueText(element)).toMatch(/^k = 30: .*measured/);
  });

  it('changes the experiment by its controls and tells of it', async () => {
    const element = flow('controls cell="rnn" gain="1.5"');
    await drawn(element);
    const changes: Partial<FlowSettings>[] = [];
    element.addEventListener('experiment-change', ({ settings }) => changes.push(settings));
    inside(element, 'input[name=tanh]').click();
    inside(element, 'input[name=gain]').focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(changes).toEqual([{ cell: 'rnn_linear' }, { gain: 1.55 }]);
    await settled(() => expect(valueText(element)).toBe(`k = 30: ${ofLog10(30 * Math.log10(1.55))} measured, ${ofLog10(30 * Math.log10(1.55))} ideal`));
    const seed = inside<HTMLInputElement>(element, 'input[name=seed]');
    for (const bad of ['', '-1', '1.5']) {
      seed.value = bad;
      seed.dispatchEvent(new Event('input'));
    }
    expect(changes).toHaveLength(2);
    expect(seed.hasAttribute('aria-invalid')).toBe(true);
  });

  it.each([
    ['gain="loud"', /gain: "loud" given; it must be a number from 0 to 10/],
    ['drive="-1"', /drive: -1 given/],
    ['cell="transformer"', /cell: "transformer" given; it must be one of rnn, rnn_linear, lstm, gru/],
    ['matrix="round"', /matrix: "round" given; it must be one of orthogonal, gaussian/],
    ['distance="201"', /distance: 201 given; it must be a whole number from 1 to 200/],
    ['hidden="0"', /hidden: 0 given; it must be a whole number from 1 to 128/],
    ['seed="1.5"', /seed: 1.5 given/],
    ['at="far"', /at: "far" given/],
    ['clip="hard"', /clip: "hard" given; it must be a number from 0, for no clipping, to 1000/],
    ['clip="-1"', /clip: -1 given/],
    ['for="nobody"', /no element with the id "nobody"/],
  ])('explains %s instead of throwing', async (attributes, message) => {
    const element = mount<RnnGradientFlow>(`<rnn-gradient-flow device="cpu" ${attributes}></rnn-gradient-flow>`);
    await settled(() => expect(text(element)).toMatch(message));
  });

  it.each(['lstm', 'gru'] as const)('draws what the keep gate of %s alone leaves: half a step at bias 0 without noise, more with a bias', async (cell) => {
    const element = flow(`cell="${cell}" bias="3" drive="0" gain="0.5" at="10"`);
    await drawn(element);
    expect(text(element)).toContain(cell === 'lstm' ? '∏ f' : '∏ z');
    const readings = [...element.shadowRoot!.querySelectorAll('.readings li')].map((item) => item.textContent!.replace(/\s+/g, ' ').trim());
    const alone = readings.find((reading) => reading.startsWith('σ(3)'))!;
    expect(alone).toContain(ofLog10(10 * Math.log10(1 / (1 + Math.exp(-3)))));
  });
});

describe('rnn-gradient-flow, clipped', () => {
  it('has a switch that draws the clipped curve, names it in the legend and the table, and takes it away again', async () => {
    const element = flow('controls cell="rnn_linear" gain="1.5"');
    await drawn(element, true);
    const chosen: number[] = [];
    element.addEventListener('clip-change', ({ clip }) => chosen.push(clip));
    const legend = () => [...element.shadowRoot!.querySelectorAll('.readings li')].map((item) => [...item.children].slice(1).map(({ textContent }) => textContent).join(' '));
    expect(text(element)).not.toMatch(/clipped/i);
    expect(element.shadowRoot!.querySelector('.plot .curve.clipped')).toBeNull();

    inside(element, 'input[name=clip]').focus();
    await userEvent.keyboard(' ');
    await settled(() => expect(valueText(element)).toBe('k = 30: 1.9e5 measured, 1 when clipped, 1.9e5 ideal'));
    expect(element.shadowRoot!.querySelectorAll('.plot .curve.clipped')).toHaveLength(1);
    expect(legend()).toContain('clipped at 1 1');
    expect(text(element)).toContain('Clipped at 1: at k = 30 a gradient 1.9e5 long is shortened to 1; its direction is unchanged.');
    expect(element.shadowRoot!.querySelector('progress')).toBeNull();
    inside(element, 'summary').click();
    await settled(() => expect(element.shadowRoot!.querySelector('thead')!.textContent).toContain('clipped at 1'));
    const { violations } = await axe.run(element);
    expect(violations.map(({ id }) => id)).toEqual([]);

    const threshold = [...element.shadowRoot!.querySelectorAll('select')].find((select) => select.labels[0].textContent!.includes('at length'))!;
    await userEvent.selectOptions(threshold, '5');
    await settled(() => expect(legend()).toContain('clipped at 5 5'));
    inside(element, 'input[name=clip]').click();
    await settled(() => expect(valueText(element)).toBe('k = 30: 1.9e5 measured, 1.9e5 ideal'));
    expect(chosen).toEqual([1, 5, 0]);
    expect(element.shadowRoot!.querySelector('thead')!.textContent).not.toContain('clipped');
  });

  it('measures nothing again for it', async () => {
    const element = flow('cell="rnn" gain="1.5"');
    await drawn(element, true);
    const curve = () => inside(element, '.plot .curve.measured').getAttribute('d');
    const before = curve();
    element.clip = 1;
    await element.updateComplete;
    expect(element.shadowRoot!.querySelector('progress')).toBeNull();
    expect(curve()).toBe(before);
  });

  it('leaves a vanishing gradient as it is', async () => {
    const element = flow('cell="rnn_linear" gain="0.9" clip="1"');
    await drawn(element);
    expect(valueText(element)).toBe('k = 30: 0.042 measured, 0.042 when clipped, 0.042 ideal');
    expect(text(element)).toContain('Clipped at 1: at k = 30 the gradient is 0.042 long and is left as it is; clipping never lengthens.');
  });

  it('ends where float32 does', async () => {
    const element = flow('cell="rnn_linear" gain="3" distance="200" clip="1" at="30"');
    await drawn(element);
    expect(text(element)).toContain('From k = 81 on it is infinite in float32, and there is nothing left to scale.');
    expect(element.shadowRoot!.querySelectorAll('.plot .curve.clipped.end')).toHaveLength(1);
    element.at = 100;
    await settled(() => expect(valueText(element)).toBe('k = 100: 5.2e47 measured, not a number when clipped, 5.2e47 ideal'));
    expect(text(element)).toContain('Clipped at 1: at k = 100 the gradient is infinite in float32, as it is from k = 81 on; there is nothing left to scale.');
  });
});

describe('rnn-gradient-flow of a sentence', () => {
  async function followed(sentence: string, cell = 'rnn'): Promise<{ model: RnnModel; element: RnnGradientFlow }> {
    const box = mount<HTMLElement>(`<div><rnn-model id="m" text="${sentence}" cell="${cell}" device="cpu"></rnn-model><rnn-gradient-flow for="m"></rnn-gradient-flow></div>`);
    const model = box.querySelector('rnn-model')!;
    const element = box.querySelector('rnn-gradient-flow')!;
    await settled(() => expect(model.state.status).toBe('ready'));
    return { model, element };
  }

  it.each(['rnn', 'lstm', 'gru'])('prints the flow of the %s along its own states and shares the cursor', async (cell) => {
    const { model, element } = await followed('The cat that we saw yesterday was happy', cell);
    model.cursor = { step: 1 };
    await drawn(element);
    const { rms } = await jacobianFlow(model.state.tape!, { measures: ['rms'] });
    await settled(() => expect(valueText(element)).toContain(`k = 6, from “happy” back to “cat”: ${ofLog10(rms![6])} measured`));
    plot(element).focus();
    await userEvent.keyboard('{ArrowLeft}');
    expect(model.cursor.step).toBe(2);
    const { violations } = await axe.run(element);
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  it('needs two words, and follows the text', async () => {
    const { model, element } = await followed('Alone');
    await settled(() => expect(text(element)).toContain('A distance needs two words'));
    model.text = 'Not alone';
    await settled(() => expect(valueText(element)).toContain('from “alone”'));
  });
});

describe('the experiment', () => {
  it('gives every gate an orthogonal U of its own, and the keep gate its bias', () => {
    const { weights } = flowExperiment({ cell: 'lstm', matrix: 'orthogonal', gain: 1, drive: 1, bias: 3, units: 4, seed: 1, distance: 10 });
    const u = weights['weight_hh_l0'].data as Float32Array;
    for (let g = 0; g < 4; g++) {
      const rows = Array.from({ length: 4 }, (_, i) => u.subarray((g * 4 + i) * 4, (g * 4 + i + 1) * 4));
      rows.forEach((row, i) => rows.forEach((other, j) => expect(row.reduce((sum, value, n) => sum + value * other[n], 0)).toBeCloseTo(i === j ? 1 : 0, 5)));
    }
    expect(u.subarray(0, 16)).not.toEqual(u.subarray(16, 32));
    expect([...(weights['bias_ih_l0'].data as Float32Array)]).toEqual([0, 0, 0, 0, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('a logarithmic axis', () => {
  it('has ticks at whole decades, 1 among them, however far it reaches', () => {
    expect(logAxis([-4.6]).ticks).toEqual([-5, -4, -3, -2, -1, 0]);
    expect(logAxis([-300, 0.5])).toMatchObject({ low: -300, high: 50 });
    expect(logAxis([0])).toMatchObject({ low: -1, high: 1 });
    expect(logAxis([-Infinity, NaN, 3])).toMatchObject({ low: 0, high: 3 });
  });

  it('prints powers and values that no float64 holds', () => {
    expect([powerOfTen(-30), powerOfTen(0)]).toEqual(['10⁻³⁰', '1']);
    expect([0, Math.log10(0.042), -7.23, -3000.5, 38.53, -Infinity].map(ofLog10)).toEqual(['1', '0.042', '5.9e−8', '3.2e−3001', '3.4e38', '0']);
  });
});
