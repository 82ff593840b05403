/** The labels of a heatmap have the room that they need. */
import { expect, it } from 'vitest';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, mount, settled } from './mounting';

it('the name of the marked row is written whole, though it is heavier than the others', async () => {
  const box = mount<HTMLElement>('<div><rnn-model id="m" text="saw yesterday was happy" layers="attention heads:2" embedding="8" device="gpu"></rnn-model><rnn-heatmap for="m" signal="attn"></rnn-heatmap></div>');
  const heatmap = box.querySelector('rnn-heatmap')!;
  await settled(() => inside(heatmap, '.plot'));
  box.querySelector<RnnModel>('rnn-model')!.cursor = { step: 1 };
  const label = await settled(() => {
    const here = inside(heatmap, '.rows .here');
    expect(here.textContent).toBe('yesterday');
    return here;
  });
  expect(label.scrollWidth).toBeLessThanOrEqual(label.clientWidth);
});
