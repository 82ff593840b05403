/** Properties set to the texts of a framework's markup. */
import { expect, it } from 'vitest';
import '../../src/elements/define/rnn-gradient-flow';
import type { RnnGradientFlow } from '../../src/elements/rnn-gradient-flow';
import type { RnnModel } from '../../src/elements/rnn-model';
import { inside, messageOf, mount, settled } from './mounting';

it('a property that is given a text reads it as the attribute would', async () => {
  const heatmap = mount('<rnn-heatmap device="cpu"></rnn-heatmap>');
  Object.assign(heatmap, { values: '1 2 3 4', rows: '2', rowLabels: 'one other', min: '-4' });
  expect(heatmap.values).toEqual([1, 2, 3, 4]);
  expect(heatmap.rows).toBe(2);
  expect(heatmap.rowLabels).toEqual(['one', 'other']);
  await settled(() => expect(inside(heatmap, '[role="grid"]').getAttribute('aria-rowcount')).toBe('2'));
});

it('a text that it cannot read is told as it was given, by property as by attribute', async () => {
  const heatmap = mount('<rnn-heatmap values="1 2" rows="two"></rnn-heatmap>');
  await settled(() => expect(messageOf(heatmap)).toContain('"two"'));
  const told = messageOf(heatmap);
  heatmap.removeAttribute('rows');
  Object.assign(heatmap, { rows: 'three' });
  await settled(() => expect(messageOf(heatmap)).toBe(told.replace('"two"', 'three')));
});

it('hidden as a number in a text is a number of units', () => {
  const box = mount<HTMLElement>('<div><rnn-model device="cpu"></rnn-model><rnn-gradient-flow device="cpu"></rnn-gradient-flow></div>');
  for (const element of box.children as unknown as (RnnModel | RnnGradientFlow)[]) {
    Object.assign(element, { hidden: '5' });
    expect(element.units).toBe(5);
    expect(element.hidden).toBe(false);
    Object.assign(element, { hidden: true });
    expect(element.hidden).toBe(true);
    expect(element.units).toBe(5);
  }
});
