import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import '../../src/elements/define/rnn-gates';
import { halfLife, type RnnGates } from '../../src/elements/rnn-gates';
import type { RnnHeatmap } from '../../src/elements/rnn-heatmap';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, mount, pixelsOf, settled } from './mounting';
import { echo } from './training_fakes';

async function gates(markup = 'cell="lstm"'): Promise<{ model: RnnModel; element: RnnGates; lanes: () => RnnHeatmap[] }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="The cat that we saw" hidden="5" ${markup.includes('device') ? '' : 'device="cpu"'} ${markup}></rnn-model><rnn-gates for="m"></rnn-gates></div>`);
  const [model, element] = [box.querySelector('rnn-model')!, box.querySelector('rnn-gates')!];
  await settled(() => expect(model.state.status).toBe('ready'));
  const lanes = () => [...element.shadowRoot!.querySelectorAll('rnn-heatmap')];
  await settled(() => {
    expect(lanes().length).toBeGreaterThan(0);
    for (const lane of lanes()) inside(lane, '.plot');
  });
  return { model, element, lanes };
}

const grid = (lane: Element) => inside(lane, '[role=grid]');

describe('rnn-gates', () => {
  it('has nothing that axe finds fault with', async () => {
    const { element } = await gates();
    await settled(() => inside(element, '[part=kept]'));
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('shows a lane for every gate and state, of the unit under the cursor or of all', async () => {
    const { model, element, lanes } = await gates();
    const names = () => lanes().slice(0, 6).map((lane) => grid(lane).getAttribute('aria-label')!);
    expect(names().map((name) => name.split(':')[0])).toEqual(['i', 'f', 'g', 'o', 'c', 'h']);
    expect(names()[0]).toMatch(/, 1 unit by 5 steps$/);
    model.moveCursor({ unit: 3 });
    await settled(() => expect(inside(lanes()[1], '.rows').textContent!.trim()).toBe('f₄'));
    inside<HTMLInputElement>(element, 'label:last-of-type input').click();
    await settled(() => expect(grid(lanes()[0]).getAttribute('aria-label')).toMatch(/, 5 units by 5 steps$/));
  });

  it('paints the very numbers of that unit', async () => {
    const { model, lanes } = await gates();
    model.moveCursor({ unit: 2, step: 1 });
    await settled(() => expect(inside(lanes()[1], '.rows').textContent!.trim()).toBe('f₃'));
    const f = await model.state.tape!.signal('f').read();
    const cursor = inside(lanes()[1], '[role=gridcell]');
    lanes()[1].shadowRoot!.querySelector<HTMLElement>('.cursor')!.focus();
    await settled(() => expect(cursor.getAttribute('aria-label')).toBe(`f₃, step 2 'cat', ${Number(f[1 * 5 + 2].toPrecision(6))}`));
    const whole = lanes()[1].shadowRoot!.querySelector('canvas')!;
    await settled(() => expect(new Set(pixelsOf(whole, 1, 5)[0].map(String)).size).toBeGreaterThan(1));
  });

  it('paints the same from GPU memory as from numbers', async () => {
    const pictures: string[] = [];
    for (const device of ['cpu', 'gpu']) {
      const { model, element, lanes } = await gates(`cell="gru" device="${device}"`);
      model.moveCursor({ unit: 4 });
      await settled(() => expect(inside(lanes()[1], '.rows').textContent!.trim()).toBe('z₅'));
      await settled(async () => {
        lanes()[1].requestUpdate();
        await lanes()[1].updateComplete;
        const seen = await new Promise<string>((resolve) => requestAnimationFrame(() => resolve(JSON.stringify(pixelsOf(inside<HTMLCanvasElement>(lanes()[1], '.plot canvas'), 1, 5)))));
        expect(seen).toContain(',255]');
        pictures.push(seen);
      });
      element.parentElement!.remove(); // its id is for the next
    }
    expect(pictures.at(-1)).toBe(pictures[0]);
  });

  it.each(['cpu', 'gpu'])('shows the mean over units as one row: %s', async (device) => {
    const { model, element, lanes } = await gates(`cell="gru" device="${device}"`);
    inside<HTMLInputElement>(element, 'label:nth-of-type(2) input').click();
    await settled(() => expect(grid(lanes()[1]).getAttribute('aria-label')).toMatch(/^z: update gate.*, 1 mean by 5 steps$/));
    const z = await model.state.tape!.signal('z').read();
    model.moveCursor({ step: 3 });
    const mean = (z[15] + z[16] + z[17] + z[18] + z[19]) / 5;
    inside(lanes()[1], '.cursor').focus();
    await settled(() => expect(inside(lanes()[1], '[role=gridcell]').getAttribute('aria-label')).toMatch(/^⟨z⟩, step 4 'we', 0\.\d+$/));
    expect(Number(inside(lanes()[1], '[role=gridcell]').getAttribute('aria-label')!.split(', ').at(-1))).toBeCloseTo(mean, 5);
    element.complement = true;
    await settled(() => expect(grid(lanes()[1]).getAttribute('aria-label')).toMatch(/is replaced, 1 mean by 5 steps$/));
  });

  it('multiplies the gate that keeps, from every word to the chosen one', async () => {
    const { model, element } = await gates('cell="lstm" gate-bias="f:3"');
    model.moveCursor({ step: 3, unit: 1 });
    const f = await model.state.tape!.signal('f').read();
    const left = f[1 * 5 + 1] * f[2 * 5 + 1] * f[3 * 5 + 1];
    await settled(() => {
      const said = inside(element, '[part=kept]').textContent!.replace(/\s+/g, ' ');
      expect(said).toContain(`after The, ${Number(left.toPrecision(2))} is left at we, 3 steps later`);
    });
  });

  it('of a cell without such a gate shows its lanes, and nothing of what is kept', async () => {
    const { element, lanes } = await gates('cell="rnn"');
    expect(lanes()).toHaveLength(2);
    expect(element.shadowRoot!.querySelector('[part=kept]')).toBeNull();
  });

  it('says of what it fetches that it is from before, while training moves the weights', async () => {
    const { model, element } = await gates('cell="lstm" device="cpu" batch="4"');
    model.task = echo;
    model.text = 'left and then';
    await settled(() => expect(model.state).toMatchObject({ status: 'ready', words: ['left', 'and'] }));
    await settled(() => inside(element, '[part=kept]'));
    expect(element.shadowRoot!.querySelector('[part=waits]')).toBeNull();
    await model.train();
    await settled(() => expect(inside(element, '[part=waits]').textContent).toContain('of the weights before this training began'));
    await model.pause();
    await settled(() => expect(element.shadowRoot!.querySelector('[part=waits]')).toBeNull());
  });

  it('says what is missing instead of throwing', async () => {
    const element = mount<RnnGates>('<rnn-gates for="nobody"></rnn-gates>');
    await settled(() => expect(inside(element, '.notice').textContent).toContain('no element with the id "nobody"'));
  });
});

it('half-lives are those of a gate that keeps as much at every step', () => {
  const sigmoid = (bias: number) => 1 / (1 + Math.exp(-bias));
  expect([0, 1, 3, 5].map((bias) => halfLife(Math.log10(sigmoid(bias))))).toEqual(['1.0 steps', '2.2 steps', '14 steps', '103 steps']);
  expect(halfLife(0)).toBe('any number of steps: nothing is lost');
});
