import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaults, HIDDEN_MOST, holdsState, readLink, SEED_MOST, writtenLink, type LessonState } from '../../src/lesson/link';

const names = ['rnn', 'lstm', 'gru'];

describe('the link of the page', () => {
  test('restores every state it writes, whatever the text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((candidate) => candidate.isWellFormed());
    const states: fc.Arbitrary<LessonState> = fc.record({
      text,
      other: text,
      cell: fc.constantFrom(...names),
      signal: fc.constantFrom('h', 'c', 'f'),
      gate: fc.constantFrom('i', 'f'),
      hidden: fc.integer({ min: 1, max: HIDDEN_MOST }),
      seed: fc.integer({ min: 0, max: SEED_MOST }),
      gain: fc.integer({ min: 1, max: 200 }).map((tenths) => tenths / 10).filter((gain) => gain !== defaults.gain),
      bias: fc.integer({ min: -200, max: 200 }).map((tenths) => tenths / 10),
      step: fc.integer({ min: 1, max: 2000 }),
      unit: fc.integer({ min: 1, max: HIDDEN_MOST }),
    });
    fc.assert(
      fc.property(states, (state) => {
        expect(readLink(writtenLink(state), names)).toEqual({ settings: state, complaints: [] });
      }),
      { seed: 2 },
    );
  });

  test('keeps what it understands of a broken link, and names the rest', () => {
    const { settings, complaints } = readLink('#v=1&cell=banana&hidden=900&seed=x&step=0&text=%E0%A4%A&colour=red&unit=3', names);
    expect(settings).toEqual({ unit: 3 });
    expect(complaints).toHaveLength(6);
    expect(complaints.join(' ')).toMatch(/banana.*hidden=900.*1 to 64.*seed=x.*step=0.*text.*colour/);
  });

  test('opens a later version with defaults, and says so', () => {
    const { settings, complaints } = readLink('#v=7&cell=lstm', names);
    expect(settings).toEqual({});
    expect(complaints).toEqual([expect.stringContaining('later version of this page (v=7)')]);
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (hash) => void readLink(`#${hash}`, names)), { seed: 3 });
  });

  test('is told apart from the name of a place on the page', () => {
    expect(holdsState('#lesson')).toBe(false);
    expect(holdsState('')).toBe(false);
    expect(holdsState(writtenLink(defaults))).toBe(true);
  });
});
