import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import '../../src/elements/define/rnn-scan';
import type { RnnModel } from '../../src/elements/rnn-model';
import type { ChannelChangeEvent, RnnScan } from '../../src/elements/rnn-scan';
import { keptLog10 } from '../../src/elements/scan_steps';
import { decimal } from '../../src/elements/signed_number';
import { inside, mount, settled } from './mounting';

const words = ['The', 'cat', 'that', 'we', 'saw'];
const [CHANNELS, STATES] = [8, 3];

async function scanning(attributes = `layers="mamba state:${STATES}"`, own = '', device = 'cpu'): Promise<{ model: RnnModel; element: RnnScan }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" embedding="4" text="${words.join(' ')}" device="${device}" ${attributes}></rnn-model><rnn-scan for="m" ${own}></rnn-scan></div>`);
  const [model, element] = [box.querySelector('rnn-model')!, box.querySelector('rnn-scan')!];
  await settled(() => expect(model.state.status).toBe('ready'));
  await settled(() => inside(element, '.bars'));
  return { model, element };
}

const bars = (element: Element) => inside<SVGElement>(element, '.bars');
const press = (element: Element, key: string) => bars(element).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
const kept = (element: Element) => inside(element, '.kept').textContent!.replace(/\s+/g, ' ').trim();
const lanes = (element: Element) => [...element.shadowRoot!.querySelectorAll('rnn-heatmap')].map((lane) => inside(lane, '[role=grid]').getAttribute('aria-label'));

describe('rnn-scan', () => {
  it('has nothing that axe finds fault with', async () => {
    const { model, element } = await scanning();
    model.moveCursor({ step: 3 });
    inside<HTMLDetailsElement>(element, 'details').open = true;
    await settled(() => expect(lanes(element)).toHaveLength(3));
    const { violations } = await axe.run(element);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it.each(['cpu', 'gpu'])('draws how far the channel steps at each word, and the mean of all, from 0 on one axis: %s', async (device) => {
    const { model, element } = await scanning(undefined, 'channel="5"', device);
    const delta = await model.state.tape!.signal('delta').read();
    const ofChannel = words.map((_, t) => delta[t * CHANNELS + 5]);
    const means = words.map((_, t) => Array.from(delta.slice(t * CHANNELS, (t + 1) * CHANNELS)).reduce((sum, each) => sum + each, 0) / CHANNELS);
    const drawn = [...bars(element).querySelectorAll('.bar')].map((bar) => Number(bar.getAttribute('height')));
    const limit = Number([...bars(element).querySelectorAll('.tick')].at(-1)!.textContent);
    expect(limit).toBeGreaterThanOrEqual(Math.max(...ofChannel, ...means));
    drawn.forEach((height, t) => expect(height).toBeCloseTo((92 * ofChannel[t]) / limit, 6));
    expect(bars(element).querySelectorAll('.mark')).toHaveLength(5);
    press(element, 'End');
    await settled(() => expect(bars(element).getAttribute('aria-valuetext')).toBe(`saw, word 5 of 5: Δ ${decimal(ofChannel[4])}, mean of all channels ${decimal(means[4])}`));
  });

  it('has the channel’s decay and state as lanes whose columns stand under the bars', async () => {
    const { element } = await scanning(undefined, 'channel="2"');
    await settled(() =>
      expect(lanes(element)).toEqual([
        'exp(Δ·A): what a word keeps of each number of the state, 3 numbers by 5 steps',
        'h: the state, number by number, 3 numbers by 5 steps',
        '∏ exp(Δ·A): what is left after ‘The’ of the state after each word, 3 numbers by 5 steps',
      ]),
    );
    await settled(() => {
      const plot = inside(element.shadowRoot!.querySelector('rnn-heatmap')!, '.plot').getBoundingClientRect();
      [...bars(element).querySelectorAll('.bar')].forEach((bar, t) => {
        const { left, width } = bar.getBoundingClientRect();
        expect(Math.abs(left + width / 2 - (plot.left + ((t + 0.5) * plot.width) / 5))).toBeLessThan(1);
      });
    });
  });

  it('multiplies what is kept from every word to the chosen one', async () => {
    const { model, element } = await scanning('layers="mamba state:3 delta:0.4"');
    model.moveCursor({ step: 3 });
    const decay = await model.state.tape!.signal('decay').read();
    const left = (n: number) => [1, 2, 3].reduce((product, t) => product * decay[t * CHANNELS * STATES + n], 1);
    const said = (value: number) => (value < 0.003 ? value.toExponential(1).replace('-', '−') : String(Number(value.toPrecision(2))));
    await settled(() => expect(kept(element)).toContain(`Of what channel 1 held after The, ${said(left(0))} is left after we in its slowest number and ${said(left(2))} in its fastest.`));
    model.moveCursor({ step: 0 });
    await settled(() => expect(kept(element)).toBe('At the first word there is nothing old to keep. Choose a later one.'));
  });

  it('shows another channel where the reader asks for it, and refuses one there is not', async () => {
    const { element } = await scanning();
    const channels: number[] = [];
    element.addEventListener('channel-change', (event) => channels.push((event as ChannelChangeEvent).channel));
    const field = inside<HTMLInputElement>(element, 'input[type=number]');
    const type = (value: string) => {
      field.value = value;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    };
    type('8');
    type('9');
    type('1.5');
    expect(channels).toEqual([7]);
    expect(field.value).toBe('8');
    await settled(() => expect(inside(element, '.title').textContent).toContain('channel 8 steps'));
  });

  it('of a frozen scan has bars of one height, in every channel', async () => {
    const { model, element } = await scanning('layers="mamba state:3 frozen:true"');
    const delta = await model.state.tape!.signal('delta').read();
    expect(new Set(words.map((_, t) => delta[t * CHANNELS])).size).toBe(1);
    expect(new Set([...bars(element).querySelectorAll('.bar')].map((bar) => bar.getAttribute('height'))).size).toBe(1);
  });

  it('shows the last layer that has a scan, and any other that is chosen', async () => {
    const { element } = await scanning('layers="mamba state:2, mamba state:3, attention"');
    await settled(() => expect(lanes(element)[0]).toContain('3 numbers by'));
    [...element.shadowRoot!.querySelectorAll<HTMLInputElement>('input[name=layer]')][0].click();
    await settled(() => expect(lanes(element)[0]).toContain('2 numbers by'));
  });

  it('says what is missing instead of throwing', async () => {
    const box = mount<HTMLElement>(`<div><rnn-model id="m" embedding="4" text="a b" device="cpu" layers="attention"></rnn-model><rnn-scan for="m"></rnn-scan></div>`);
    await settled(() => expect(inside(box.querySelector('rnn-scan')!, '.notice').textContent).toMatch(/no selective scan: none of its layers is Mamba/));
  });
});

it('what is left is a product, exact where it is too small to hold', () => {
  const steps = { decay: (t: number) => [0.5, 1e-200, 1e-200][t] };
  expect(keptLog10(steps, 0, 0, 0, 2)).toBeCloseTo(-400, 9);
  expect(keptLog10(steps, 0, 0, 2, 2)).toBe(0);
});
