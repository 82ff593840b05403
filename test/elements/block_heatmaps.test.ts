// Signals of blocks as heatmaps: the matrix of attention, and the rows of one head or channel.
import { describe, expect, it } from 'vitest';
import '../../src/elements/define/rnn-influence';
import type { RnnHeatmap } from '../../src/elements/rnn-heatmap';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, messageOf, mount, pixelsOf, settled } from './mounting';

const words = ['The', 'cat', 'that', 'we'];

async function shown(layers: string, attributes: string, device = 'cpu'): Promise<{ model: RnnModel; heatmap: RnnHeatmap }> {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" text="${words.join(' ')}" embedding="4" layers="${layers}" device="${device}"></rnn-model><rnn-heatmap for="m" ${attributes}></rnn-heatmap></div>`);
  const [model, heatmap] = [box.querySelector('rnn-model')!, box.querySelector('rnn-heatmap')!];
  await settled(() => expect(model.state.status).toBe('ready'));
  await settled(() => expect(heatmap.shadowRoot!.querySelector('.empty')?.textContent ?? '').not.toMatch(/^(Computing|Starting)/));
  return { model, heatmap };
}

const grid = (heatmap: Element) => inside(heatmap, '[role=grid]').getAttribute('aria-label');
const entry = (heatmap: Element) => inside(heatmap, '[role=gridcell]').getAttribute('aria-label');

describe.each(['cpu', 'gpu'])('the weights of attention on the %s', (device) => {
  it('are a square of words by words, read by keyboard, and move the step of the model', async () => {
    const { model, heatmap } = await shown('attention heads:2', 'signal="attn" group="1"', device);
    await settled(() => expect(grid(heatmap)).toBe('Attention A[t, s]: how much word t (down) takes from word s (across), head 2 of 2, 4 words by 4 words'));
    const attn = await model.state.tape!.signal('attn').read();
    const cursor = inside<HTMLElement>(heatmap, '.cursor');
    cursor.focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) cursor.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    expect(model.cursor.step).toBe(2);
    const taken = attn[2 * 8 + 4 + 1];
    await settled(() => expect(entry(heatmap)).toBe(`'that' takes ${(100 * taken).toFixed(1).replace(/\.0$/, '')} % from 'cat'`));
    cursor.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
    await settled(() => expect(entry(heatmap)).toBe("'that' has not read 'we'"));
  });

  it('are the mean of all heads unless one is chosen, painted on a scale from 0 to 1', async () => {
    const { model, heatmap } = await shown('attention heads:2', 'signal="attn"', device);
    await settled(() => expect(grid(heatmap)).toContain('the mean of 2 heads'));
    const attn = await model.state.tape!.signal('attn').read();
    inside<HTMLElement>(heatmap, '.cursor').focus();
    const mean = (attn[0] + attn[4]) / 2;
    await settled(() => expect(entry(heatmap)).toBe(`'The' takes ${100 * mean} % from itself`));
    expect(inside(heatmap, '[part=legend]').textContent!.replace(/\s+/g, '')).toBe('00.51');
    const painted = () => pixelsOf(inside<HTMLCanvasElement>(heatmap, '.plot canvas'), 4, 4);
    // The first word takes all of itself; the rest of its row is 0, as is all above the diagonal.
    await settled(() => {
      const [first, second] = painted();
      expect(first[1]).toEqual(first[3]);
      expect(second[2]).toEqual(first[1]);
      expect(first[0]).not.toEqual(first[1]);
    });
  });
});

it.each(['cpu', 'gpu'])('what is fetched follows training when it rests: %s', async (device) => {
  const box = mount<HTMLElement>(`<div><rnn-model id="m" task="keyed_latch" task-settings="distance:2" text="A b c ?" layers="attention" embedding="8" batch="2" lr="0.1" device="${device}"></rnn-model><rnn-heatmap for="m" signal="attn"></rnn-heatmap></div>`);
  const [model, heatmap] = [box.querySelector('rnn-model')!, box.querySelector('rnn-heatmap')!];
  await settled(() => expect(grid(heatmap)).toContain('4 words by 4 words'));
  model.moveCursor({ step: 2 });
  inside<HTMLElement>(heatmap, '.cursor').focus();
  const taken = async () => `'c' takes ${Number((100 * (await model.state.tape!.signal('attn').read())[8]).toFixed(1))} % from 'A'`;
  const before = await taken();
  await settled(() => expect(entry(heatmap)).toBe(before));
  await model.step(5);
  const after = await taken();
  expect(after).not.toBe(before);
  await settled(() => expect(entry(heatmap)).toBe(after));
});

describe('a channel of a scan', () => {
  it.each(['cpu', 'gpu'])('has a row for each of its numbers, and the signal’s own range: %s', async (device) => {
    const { model, heatmap } = await shown('mamba state:3', 'signal="decay" group="5"', device);
    await settled(() => expect(grid(heatmap)).toMatch(/^decay, exp\(Δ·A\).*channel 6 of 8\), 3 numbers by 4 steps$/));
    const decay = await model.state.tape!.signal('decay').read();
    model.moveCursor({ step: 2 });
    inside<HTMLElement>(heatmap, '.cursor').focus();
    await settled(() => expect(entry(heatmap)).toBe(`number 1, step 3 'that', ${Number(decay[2 * 24 + 15].toPrecision(6))}`));
  });

  it('that there is not is named, with those there are', async () => {
    const { heatmap } = await shown('mamba state:3', 'signal="decay" group="8"');
    expect(messageOf(heatmap)).toBe('group: 8 given; decay has channels 0 to 7.');
    heatmap.signal = 'u';
    await settled(() => expect(messageOf(heatmap)).toBe('group: 8 given, and u is not divided into any.'));
    heatmap.signal = 'decay';
    heatmap.unit = 1;
    await settled(() => expect(messageOf(heatmap)).toBe('unit and group: both say which rows; give one of the two.'));
  });
});

describe('influence on a given scale', () => {
  it('tells the page what was measured, once for each matrix', async () => {
    const box = mount<HTMLElement>('<div></div>');
    const told: [number, readonly string[]][] = [];
    box.addEventListener('influence-measured', ({ influence, words: read }) => told.push([influence.steps, read]));
    box.innerHTML = `<rnn-model id="m" text="a b" layers="mamba state:2" embedding="4" device="cpu"></rnn-model><rnn-influence for="m"></rnn-influence>`;
    await settled(() => expect(told).toEqual([[2, ['a', 'b']]]));
    box.querySelector('rnn-model')!.text = 'a b c';
    await settled(() => expect(told).toEqual([[2, ['a', 'b']], [3, ['a', 'b', 'c']]]));
    box.querySelector('rnn-influence')!.unit = 1;
    await settled(() => expect(told).toHaveLength(3));
  });

  it('is drawn between whole decades around the ends, for several to be compared', async () => {
    const { heatmap } = await shown('attention, lstm hidden:3', 'signal="influence" min="2e-7" max="30"');
    await settled(() => expect(inside(heatmap, '[part=legend]').textContent).toMatch(/10⁻⁷|1e−7|1e-7/));
    expect(inside(heatmap, '[part=legend]').textContent).toMatch(/100|10²/);
    heatmap.max = undefined;
    await settled(() => expect(messageOf(heatmap)).toBe('min and max: a logarithmic scale needs both or neither.'));
    heatmap.max = -1;
    await settled(() => expect(messageOf(heatmap)).toBe('min and max: -1 given; the ends of a logarithmic scale must be above 0.'));
  });
});
