/** Views that follow training where the GPU keeps the numbers. */
import type { LitElement } from 'lit';
import { expect, it } from 'vitest';
import '../../src/elements/define';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, mount, pixelsOf, settled } from './mounting';
import { echo } from './training_fakes';

/** What a GPU canvas shows, other than `before`: it can only be read in the frame in which it was painted. */
async function painted(element: Element, selector: string, before = ''): Promise<string> {
  for (let frame = 0; frame < 2000; frame++) {
    (element as LitElement).requestUpdate();
    await (element as LitElement).updateComplete;
    const seen = await new Promise<string>((resolve) => {
      requestAnimationFrame(() => {
        const canvas = element.shadowRoot!.querySelector<HTMLCanvasElement>(selector);
        resolve(canvas && canvas.width > 0 ? JSON.stringify(pixelsOf(canvas, 4, 4)) : '');
      });
    });
    if (seen.includes(',255]') && seen !== before) return seen;
  }
  throw new Error(`${element.localName} paints nothing new`);
}

it('heatmaps, lanes and the chain are redrawn from GPU memory while training runs, and say the numbers at the pause', async () => {
  const box = mount<HTMLElement>(`<div>
    <rnn-model id="m" text="left and and then?" cell="gru" hidden="4" embedding="4" batch="8" lr="0.05" device="gpu"></rnn-model>
    <rnn-heatmap for="m" signal="h"></rnn-heatmap>
    <rnn-heatmap for="m" signal="d_h"></rnn-heatmap>
    <rnn-unrolled for="m"></rnn-unrolled>
    <rnn-state for="m"></rnn-state>
  </div>`);
  const model = box.querySelector<RnnModel>('rnn-model')!;
  model.task = echo;
  const [h, d_h] = box.querySelectorAll('rnn-heatmap');
  const unrolled = box.querySelector('rnn-unrolled')!;
  const state = box.querySelector('rnn-state')!;
  await painted(h, '.plot canvas');
  await painted(d_h, '.plot canvas');
  await settled(() => inside(state, '.units'));
  const before = await Promise.all([h, d_h].map((heatmap) => painted(heatmap, '.plot canvas')));

  await model.train();
  await settled(() => expect(model.training.updates).toBeGreaterThan(20));
  expect(model.state.moving).toBe(true);
  expect(await painted(h, '.plot canvas', before[0])).not.toBe(before[0]);
  expect(await painted(d_h, '.plot canvas', before[1])).not.toBe(before[1]);
  const chain = await painted(unrolled, 'canvas.live');
  expect(await painted(unrolled, 'canvas.live', chain)).not.toBe(chain);
  await settled(() => expect(state.shadowRoot!.textContent).toContain('follows when training pauses'));

  await model.pause();
  state.scrollIntoView(); // far from the screen nothing follows
  const values = await model.state.tape!.signal('h').read();
  await settled(() => expect(unrolled.shadowRoot!.querySelector('canvas.live')).toBeNull());
  await settled(() => expect(state.shadowRoot!.textContent).not.toContain('follows when training pauses'));
  const { step, unit } = model.cursor;
  expect(Math.abs(values[step * 4 + unit])).toBeGreaterThan(0);
  await settled(() => expect(state.shadowRoot!.textContent).toContain(Math.abs(values[step * 4 + unit]).toFixed(3)));
}, 120_000);
