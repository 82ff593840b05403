/** Memory and gradient of layers of every kind, on one absolute scale: each number held against the engine's own. */
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import '../../src/elements/define';
import type { RnnGradientFlow } from '../../src/elements/rnn-gradient-flow';
import type { RnnMemory } from '../../src/elements/rnn-memory';
import type { RnnModel } from '../../src/elements/rnn-model';
import { counterfactual, influence, jacobianFlow } from '../../src/engine';
import { inside, mount, settled } from './mounting';

const TEXT = 'the cat that we saw yesterday was happy';
const OTHER = 'the cats that we saw yesterday was happy';
const kinds = ['lstm hidden:6', 'gru hidden:5, gru hidden:5', 'attention heads:2', 'mamba state:4', 'lstm hidden:8, attention heads:2', 'attention heads:2, gru hidden:6'];

async function mounted<View extends HTMLElement>(layers: string, markup: string): Promise<{ model: RnnModel; element: View }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="${TEXT}" layers="${layers}" embedding="8" device="cpu"></rnn-model>${markup}</div>`);
  const model = box.querySelector('rnn-model')!;
  await settled(() => expect(model.state.status).toBe('ready'));
  return { model, element: box.lastElementChild as View };
}

/** Numbers as the figures write them: two or three digits, also as 1.2e−7. */
const numbersIn = (text: string) => [...text.matchAll(/\d+(?:\.\d+)?(?:e−\d+)?/g)].map(([number]) => Number(number.replace('−', '-')));
const close = (shown: number, exact: number) => expect(Math.abs(shown / exact - 1), `${shown} is shown for ${exact}`).toBeLessThan(0.051);

/** ‖∂y_T/∂x_s‖_F/√W of the whole network, for every s. */
async function lastRow({ state: { tape } }: RnnModel): Promise<number[]> {
  const { steps, values } = await influence(tape!, { by: 'cpu' });
  const width = tape!.signal('y').shape[3];
  return Array.from({ length: steps }, (_, s) => values[(steps - 1) * steps + s] / Math.sqrt(width));
}

describe.each(kinds)('of %s', (layers) => {
  it('the gradient by the words is the last row of the influence matrix', async () => {
    const { model, element } = await mounted<RnnGradientFlow>(layers, '<rnn-gradient-flow for="m" by="input"></rnn-gradient-flow>');
    const expected = await lastRow(model);
    for (const step of [0, 3, 7]) {
      model.cursor = { step };
      await settled(() => expect(inside(element, '[role=slider]').getAttribute('aria-valuenow')).toBe(String(7 - step)));
      const text = inside(element, '[role=slider]').getAttribute('aria-valuetext')!;
      close(numbersIn(text.split(': ').at(-1)!)[0], expected[step]);
    }
    expect(element.shadowRoot!.textContent).toContain('through all layers');
  });

  it('what is stored is the difference of the outputs, and stands beside that gradient', async () => {
    const { model, element } = await mounted<RnnMemory>(layers, `<rnn-memory for="m" by="input" with="${OTHER}"></rnn-memory>`);
    const [gradient, { norm }] = await Promise.all([lastRow(model), counterfactual(model.state.model!, TEXT.split(' '), OTHER.split(' '), { signal: 'y' })]);
    for (const step of [1, 4, 7]) {
      model.cursor = { step };
      await settled(() => expect(inside(element, '[role=slider]').getAttribute('aria-valuenow')).toBe(String(step + 1)));
      const [stored, felt] = numbersIn(inside(element, '[role=slider]').getAttribute('aria-valuetext')!).slice(-2);
      close(stored, norm[step]);
      close(felt, gradient[step]);
    }
    expect([...element.shadowRoot!.querySelectorAll('rnn-heatmap')].map(({ signal, layer }) => [signal, layer]).at(-1)).toEqual(['d_x', 0]);
  });
});

describe('unless it is told', () => {
  it('a layer with a cell is measured by its state, and one without by what was read', async () => {
    const { model, element } = await mounted<RnnMemory>('attention heads:2, gru hidden:6', `<rnn-memory for="m" with="${OTHER}"></rnn-memory>`);
    const { rms } = await jacobianFlow(model.state.tape!, { measures: ['rms'] });
    model.cursor = { step: 4 };
    await settled(() => expect(inside(element, '[role=slider]').getAttribute('aria-valuenow')).toBe('5'));
    close(numbersIn(inside(element, '[role=slider]').getAttribute('aria-valuetext')!).at(-1)!, 10 ** rms![3]);
    model.layers = 'mamba state:4';
    await settled(() => expect(element.shadowRoot!.textContent).toContain('as the output tells'));
  });

  it('what is neither is told as such', async () => {
    const { element } = await mounted<RnnMemory>('attention', `<rnn-memory for="m" by="magic" with="${OTHER}"></rnn-memory>`);
    await settled(() => expect(inside(element, '.notice').textContent).toBe('by: "magic" given; it must be state or input.'));
  });

  it('a state asked of a layer that has none is refused in words', async () => {
    const { element } = await mounted<RnnGradientFlow>('mamba state:4', '<rnn-gradient-flow for="m" by="state"></rnn-gradient-flow>');
    await settled(() => expect(inside(element, '.notice').textContent).toMatch(/layer 0 is Mamba, which has no recurrent cell; .* by="input" measures any layer/));
  });
});

it('has nothing that axe finds fault with', async () => {
  const { model, element } = await mounted('mamba state:4', `<div><rnn-gradient-flow for="m"></rnn-gradient-flow><rnn-memory for="m" with="${OTHER}"></rnn-memory><rnn-unrolled for="m"></rnn-unrolled><rnn-gates for="m"></rnn-gates></div>`);
  await settled(() => inside(element.querySelector('rnn-gradient-flow')!, '[role=slider]'));
  await settled(() => inside(element.querySelector('rnn-memory')!, '[role=slider]'));
  expect(model.state.status).toBe('ready');
  const { violations } = await axe.run(element);
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});
