import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cells, optimizers, tasks } from '../../src/engine';
import { defaults, readLink, writtenLink } from '../../src/lesson/link';
import { NO_TASK, PLAY_RULES, playStart, readPlay, writtenPlay, type PlayState } from '../../src/lesson/play_link';
import { MOST_LAYERS, newLayer, obstacleOf } from '../../src/lesson/play_stack';
import { PLAY_VIEWS } from '../../src/lesson/play_view_names';

const layer = fc.constantFrom(
  newLayer('rnn'),
  newLayer('gru_reset_before'),
  { kind: 'lstm', options: { hidden: 24, f: -2.5, bidirectional: true } },
  { kind: 'lstm', options: { hidden: 8, projection: 4, gain: 1.5, start: 'orthogonal' } },
  newLayer('attention'),
  { kind: 'attention', options: { heads: 2, mlp: 0, positions: 'sinusoidal' } },
  { kind: 'mamba', options: { state: 4, delta: 0.05, frozen: true } },
  newLayer('min_gru'),
  newLayer('norm'),
);

const learned = fc.constantFrom(...tasks).chain((task) =>
  fc.record({
    task: fc.constant(task.name),
    set: fc.dictionary(fc.constantFrom('', ...task.settings.map(({ name }) => name)), fc.nat()).map((drawn) =>
      Object.fromEntries(task.settings.flatMap(({ name, least, most }) => (name in drawn ? [[name, least + (drawn[name] % (most - least + 1))]] : []))),
    ),
    lesson: task.readsText ? fc.string({ maxLength: 40 }) : fc.constant(''),
  }),
);

const states: fc.Arbitrary<PlayState> = fc
  .tuple(
    fc.record({
      layers: fc.array(layer, { minLength: 1, maxLength: MOST_LAYERS }).filter((stack) => obstacleOf(stack, playStart.embedding) === ''),
      embedding: fc.integer({ min: 1, max: 64 }),
      optimizer: fc.constantFrom(...optimizers.map(({ name }) => name)),
      rate: fc.constantFrom(0.01, 0.003, 0.000001, 10),
      clip: fc.constantFrom(0, 1, 0.25),
      batch: fc.integer({ min: 1, max: 1024 }),
      updates: fc.integer({ min: 0, max: 1e6 }),
      until: fc.constantFrom(0, 0.98, 1),
      done: fc.integer({ min: 0, max: 1e6 }),
      edits: fc.constantFrom<PlayState['edits']>([], [{ parameter: 'weight_hh_l1', index: 12, value: -0.25 }, { parameter: 'bias_ih_l0', index: 0, value: 3 }]),
      views: fc.subarray([...PLAY_VIEWS]),
      signal: fc.constantFrom('', 'h.1', 'd_h.3', 'd_a_hh.n.2'),
      text: fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed()),
    }),
    fc.oneof(learned, fc.constant({ task: NO_TASK, set: {}, lesson: '' })),
  )
  .map(([network, lesson]) => ({ ...network, ...lesson }) as PlayState);

describe('the link of the playground', () => {
  test('restores every state that it writes, whatever the text', () => {
    fc.assert(
      fc.property(states, (state) => {
        const complaints: string[] = [];
        expect(readPlay(writtenPlay(state), complaints)).toEqual(state);
        expect(complaints).toEqual([]);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('goes through the address of the page, and needs no escapes but for texts', () => {
    fc.assert(
      fc.property(states, (state) => {
        const play = writtenPlay(state);
        const link = readLink(writtenLink({ ...defaults, play }), cells.map(({ name }) => name));
        expect(link.complaints).toEqual([]);
        expect(link.settings.play ?? '').toBe(play);
        const bare = writtenPlay({ ...state, text: '', lesson: '', edits: [] });
        expect(encodeURIComponent(bare)).toBe(bare);
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  test('says nothing of a playground that stands as it starts', () => {
    expect(writtenPlay(playStart)).toBe('');
    expect(readPlay('')).toEqual(playStart);
  });

  test.each([
    ['layers-banana', /“banana” is neither a cell/],
    ['layers-lstm!hidden.900', /Layer 1, Units: 900 given; it is a whole number from 1 to 64/],
    ['layers-lstm!hidden', /after a layer's name come its options/],
    ['layers-gru!hidden.15*attention!heads.2', /Layer 2, heads: 2 given, which does not divide the width 15; use one of 1, 3, 5, 15/],
    [`layers-${Array(MOST_LAYERS + 1).fill('rnn!hidden.4').join('*')}`, /7 layers given; the playground takes up to 6/],
    ['layers-mamba!colour.red', /Layer 1, colour: Mamba has no such option/],
    ['layers-', /A network needs at least one layer/],
    ['task-banana', /task is one of none, agreement/],
    ['rate-NaN', /rate is a number from 0.000001 to 100/],
    ['set-distance.4000', /distance is a whole number from/],
    ['set-distance.-2', /distance is a whole number from -1 to 400, and not “-2”/],
    ['set-banana.1', /the task agreement has no setting “banana”/],
    ['set-', undefined],
    ['views-heatmap.banana', /there is no view “banana”/],
    ['signal-<b>.1', /is no signal and its layer/],
    ['lesson-abc', /the task agreement is made of no text/],
    ['edit-weight_hh_l0.1', /is no weight and its value/],
    ['banana', /“banana” is no setting of it/],
    ['__proto__-1', /“__proto__-1” is no setting of it/],
    ['done--1', /done is a whole number/],
  ])('leaves “%s” as it starts, and says so', (text, complaint) => {
    const complaints: string[] = [];
    const state = readPlay(`${text}~batch-7`, complaints);
    expect(state).toEqual({ ...playStart, batch: 7 });
    expect(complaints).toHaveLength(complaint ? 1 : 0);
    if (complaint) expect(complaints[0]).toMatch(complaint);
  });

  test('takes layers that fit another width than the one it starts with', () => {
    const complaints: string[] = [];
    expect(readPlay('layers-attention!heads.3~embedding-12', complaints).layers).toEqual([{ kind: 'attention', options: { heads: 3 } }]);
    expect(complaints).toEqual([]);
  });

  test('starts with a network that can be', () => {
    expect(obstacleOf(playStart.layers, playStart.embedding)).toBe('');
    expect(PLAY_RULES.task.of).toEqual([NO_TASK, ...tasks.map(({ name }) => name)]);
  });
});
