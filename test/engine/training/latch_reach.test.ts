import { expect, test, vi } from 'vitest';
import { createEngine, type RecurrentSpec } from '../../../src/engine/index';
import { learnedAfter } from './latch_reach';

vi.setConfig({ testTimeout: 120_000 });
const engine = await createEngine({ device: 'cpu' });

/** A small form of test/long/engine/keyed_latch_*.test.ts. */
const small = (layer: Omit<RecurrentSpec, 'hidden'>, distance: number) => learnedAfter(engine, { layer: { hidden: 16, ...layer }, distance, seeds: [11, 12], sequences: 16, mostUpdates: 300 });

test('a plain RNN with orthogonal weights learns over 4 words, and not over 20', async () => {
  expect(await small({ cell: 'rnn', start: 'orthogonal' }, 4)).not.toContain(undefined);
  expect(await small({ cell: 'rnn', start: 'orthogonal' }, 20)).toEqual([undefined, undefined]);
});

test('an LSTM learns over 20 words where its forget gate starts open, and not where it starts at one half', async () => {
  expect(await small({ cell: 'lstm', gateBias: { f: 3 } }, 20)).not.toContain(undefined);
  expect(await small({ cell: 'lstm', gateBias: { f: 0 } }, 20)).toEqual([undefined, undefined]);
});
