import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_EDITS } from '../../src/elements/weight_edits';
import { defaults, HIDDEN_MOST, holdsState, readLink, SEED_MOST, writtenLink, type LessonState } from '../../src/lesson/link';

const names = ['rnn', 'lstm', 'gru'];

test.each([
  ['attention', 'weights-random~heads-4~head-3'],
  ['bag', 'positions-rotary~layers-2'],
  ['three', 'weights-trained'],
  ['scan', 'weights-random~frozen-yes~delta-0.05~channel-7'],
  ['copy', 'amount-32~networks-3~updates-1000~who-acd'],
  ['cost', 'width-128'],
  ['recall', 'amount-8~networks-2~updates-700~who-bc'],
] as const)('restores what is set in the figure “%s”, and complains of what makes no sense', (figure, settings) => {
  const state = { ...defaults, [figure]: settings };
  expect(readLink(writtenLink(state), names).settings[figure]).toBe(settings);
  const { settings: read, complaints } = readLink(`#${figure}=nonsense-1`, names);
  expect(read[figure]).toBe('');
  expect(complaints).toEqual([`The figure “${figure}” in this link: “nonsense-1” is no setting of it.`]);
});

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
      weights: fc.constant('trained' as const), // a default is not written
      edits: fc.uniqueArray(
        fc.record({
          parameter: fc.constantFrom('weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0', 'weight_peep_i_l0'),
          index: fc.integer({ min: 0, max: 99_999 }),
          value: fc.integer({ min: 0, max: 200_000_000 }).map((millionths) => millionths / 1e6 - 100).map((value) => Number(value.toFixed(6)) + 0),
        }),
        { minLength: 1, maxLength: MOST_EDITS, selector: ({ parameter, index }) => `${parameter}.${index}` },
      ),
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

  test('keeps the weights that it understands, and names those it does not', () => {
    const broken = ['weight_hh_l0.12', 'weight_hh_l1.0:1', '__proto__.0:1', 'bias_ih_l0.-1:1', 'bias_ih_l0.0:NaN', 'bias_ih_l0.0:1e9', 'bias_ih_l0.0:100.5', 'weight_hh_l0.12:3'];
    const { settings, complaints } = readLink(`#v=1&edit=weight_hh_l0.12:0.5,${broken.join(',')},bias_hh_l0.3:-1`, names);
    expect(settings.edits).toEqual([{ parameter: 'weight_hh_l0', index: 12, value: 0.5 }, { parameter: 'bias_hh_l0', index: 3, value: -1 }]);
    expect(complaints).toHaveLength(broken.length);
    for (const [index, edit] of broken.entries()) expect(complaints[index]).toContain(`edit=${edit}`);

    const many = Array.from({ length: MOST_EDITS + 5 }, (_, index) => `weight_hh_l0.${index}:1`).join(',');
    const cut = readLink(`#edit=${many}`, names);
    expect(cut.settings.edits).toHaveLength(MOST_EDITS);
    expect(cut.complaints).toEqual(['A link can change 20 weights; the other 5 are left as they start.']);
    expect(readLink('#edit=', names)).toEqual({ settings: { edits: [] }, complaints: [] });
    expect(writtenLink({ ...defaults, edits: settings.edits! })).toMatch(/&edit=weight_hh_l0\.12:0\.5,bias_hh_l0\.3:-1$/);
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
