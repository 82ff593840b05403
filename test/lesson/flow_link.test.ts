import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FLOW_CELLS } from '../../src/elements/flow_settings';
import { flowDefaults, readFlow, writtenFlow, type FlowState } from '../../src/lesson/flow_link';
import { defaults, readLink, writtenLink } from '../../src/lesson/link';

const states: fc.Arbitrary<FlowState> = fc.record({
  cell: fc.constantFrom(...FLOW_CELLS),
  matrix: fc.constantFrom('orthogonal', 'gaussian'),
  gain: fc.integer({ min: 10, max: 60 }).map((twentieths) => twentieths / 20),
  drive: fc.integer({ min: 0, max: 20 }).map((twentieths) => twentieths / 20),
  bias: fc.constantFrom(0, 1, 3, 5, -2),
  units: fc.integer({ min: 1, max: 128 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  distance: fc.integer({ min: 1, max: 200 }),
  at: fc.integer({ min: 0, max: 200 }),
  clip: fc.constantFrom(0, 0.25, 1, 5, 1000),
});

test.each(['vanishing', 'exploding'] as const)('the address restores every experiment of the figure “%s”, and needs no escapes', (figure) => {
  fc.assert(
    fc.property(states, (state) => {
      const written = writtenFlow(figure, state);
      expect(encodeURIComponent(written)).toBe(written);
      expect(readFlow(figure, written)).toEqual(state);
      expect(readLink(writtenLink({ ...defaults, [figure]: written }), ['rnn']).settings[figure] ?? '').toBe(written);
    }),
    { seed: 4 },
  );
  expect(writtenFlow(figure, flowDefaults[figure])).toBe('');
});

test('clipping is in the address where it is on, and nowhere else', () => {
  expect(writtenFlow('exploding', { ...flowDefaults.exploding, gain: 1.5, clip: 1 })).toBe('gain-1.5~clip-1');
  expect(readFlow('exploding', 'clip-0.25')).toEqual({ ...flowDefaults.exploding, clip: 0.25 });
  expect(readFlow('exploding', 'gain-1.5').clip).toBe(0);
});

test('what makes no sense is left as the figure starts, and complained about', () => {
  for (const broken of ['gain-99', 'gain-', 'gain', 'cell-banana', 'at-1e9', 'at-201', 'units-0', 'colour-red', '__proto__-1', 'seed-1.5', 'clip--1', 'clip-on', 'clip-1001']) {
    const complaints: string[] = [];
    expect(readFlow('vanishing', `${broken}~drive-0.5`, complaints)).toEqual({ ...flowDefaults.vanishing, drive: 0.5 });
    expect(complaints).toHaveLength(1);
  }
});
