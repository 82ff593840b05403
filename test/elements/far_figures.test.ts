/** Figures of a model that nobody can see: they compute nothing, and catch up when they come near. */
import type { LitElement } from 'lit';
import { beforeEach, expect, it } from 'vitest';
import '../../src/elements/define';
import type { RnnModel } from '../../src/elements/rnn-model';
import { countGpuCalls } from '../gpu/gpu_calls';
import { mount, settled } from './mounting';

/** Each with what it shows once it is near; `seen` is where it stands. */
const FIGURES = [
  ['rnn-heatmap signal="influence"', '[role=grid]'],
  ['rnn-heatmap signal="d_h"', '[role=grid]'],
  ['rnn-unrolled', '[role=option]'],
  ['rnn-gates', '[part=kept]'],
  ['rnn-influence', 'rnn-heatmap'],
  ['rnn-gradient-flow', '[role=slider]'],
  ['rnn-compare with="a dog that"', '.chart'],
  ['rnn-memory with="a dog that"', '.chart'],
  ['rnn-entry', 'table'],
  ['rnn-state', '[role=option]'],
  ['rnn-proof', 'details'],
  ['rnn-order', '.verdict'],
  ['rnn-cell-diagram', 'svg'],
] as const;

beforeEach(() => scrollTo(0, 0));

const frames = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
};

it.each(FIGURES)('%s computes nothing far down the page, though its model runs again, and draws the newest run when it comes near', async (markup, drawn) => {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="a cat that" hidden="4" embedding="4" device="gpu"></rnn-model><div style="height: 5000px"></div><${markup} for="m"></${markup.split(' ')[0]}></div>`);
  const model = box.querySelector<RnnModel>('rnn-model')!;
  const figure = box.lastElementChild as LitElement;
  await settled(() => expect(model.state.status).toBe('ready'));
  await frames(20);
  const { dispatches, submits } = await countGpuCalls(async () => {
    figure.requestUpdate();
    await frames(20);
  });
  expect({ dispatches, submits }).toEqual({ dispatches: 0, submits: 0 });

  await callsOfRun(model, 'a cow that'); // the first of a shape tries out its forms
  const alone = await callsOfRun(model, 'a dog that');
  figure.remove();
  const without = await callsOfRun(model, 'a pig that');
  box.append(figure);
  expect(alone, 'a run with the figure on the page, and one without it').toEqual(without);

  model.text = 'one two three';
  figure.scrollIntoView();
  await settled(() => expect(figure.shadowRoot!.querySelector(drawn), figure.shadowRoot!.textContent!).not.toBeNull());
  await settled(() => expect(wordsIn(figure)).toMatch(/one|two|three|float64|ht|h₁|1\.000/));
}, 60_000);

it.each(['signal="h"', 'signal="h" lane="first"', 'signal="c" lane="next"', 'signal="a_f" lane="next" unit="1" label="one"', 'signal="d_h" lane="next" label="felt"'])(
  'rnn-heatmap %s is as high far down the page, and while its range is measured, as when it is drawn',
  async (attributes) => {
    const box = mount<HTMLElement>(`<div><rnn-model id="m" text="a cat that we saw" cell="lstm" hidden="7" embedding="4" device="gpu"></rnn-model><div style="height: 5000px"></div><rnn-heatmap for="m" ${attributes}></rnn-heatmap></div>`);
    const model = box.querySelector<RnnModel>('rnn-model')!;
    const heatmap = box.lastElementChild as LitElement;
    await settled(() => expect(model.state.status).toBe('ready'));
    await frames(20);
    const root = heatmap.shadowRoot!;
    const picture = () => root.querySelector<HTMLElement>('.viewport, .empty')!;
    expect(picture().className).toBe('empty');
    const before = [picture().offsetHeight, heatmap.getAttribute('lane') ? heatmap.offsetHeight : 0];
    const seen = new Set<number>();
    const watch = new ResizeObserver(() => seen.add(picture().offsetHeight));
    watch.observe(root.querySelector('figure')!);
    heatmap.scrollIntoView();
    await settled(() => expect(root.querySelector('[role=grid]')).not.toBeNull());
    await frames(3);
    watch.disconnect();
    const whole = [...seen, picture().offsetHeight].map((height) => Math.abs(height - before[0]));
    expect(Math.max(...whole)).toBeLessThanOrEqual(1);
    if (before[1]) expect(Math.abs(heatmap.offsetHeight - before[1])).toBeLessThanOrEqual(1);
  },
);

/** What a run of another text costs, everything on the page together. */
async function callsOfRun(model: RnnModel, text: string): Promise<{ dispatches: number; submits: number }> {
  const { dispatches, submits } = await countGpuCalls(async () => {
    model.text = text;
    await model.updateComplete;
    await settled(() => expect(model.state.words.join(' ')).toBe(text));
    await settled(() => expect(model.state.status).toBe('ready'));
    await frames(20);
  });
  return { dispatches, submits };
}

/** Of shadow trees too. */
function wordsIn(element: Element): string {
  const root = element.shadowRoot!;
  return [root.textContent, ...Array.from(root.querySelectorAll('*'), (part) => (part.shadowRoot ? wordsIn(part) : part.getAttribute('aria-label') ?? ''))].join(' ');
}
