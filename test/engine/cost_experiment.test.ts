import { describe, expect, test } from 'vitest';
import { costExperiment, createEngine, growthExponent, type CostExperimentOptions, type CostPoint } from '../../src/engine/index';

const engine = await createEngine({ device: 'cpu' });
const stacks = [[{ cell: 'rnn', hidden: 4 }], [{ block: 'attention', norm: 'none' }]];

async function all(options: Partial<CostExperimentOptions> = {}): Promise<CostPoint[]> {
  const points: CostPoint[] = [];
  for await (const point of costExperiment(engine, { stacks, width: 4, lengths: [2, 4, 8], ...options })) points.push(point);
  return points;
}

/** A clock that goes on by so much every time it is looked at. */
const clock = (milliseconds: number) => {
  let now = 0;
  return () => (now += milliseconds);
};

test('every stack is measured at every length, short ones first: all at once, and one step more', async () => {
  const points = await all({ now: clock(40) });
  expect(points.map(({ stack, kind, steps }) => `${steps} ${stack} ${kind}`)).toEqual([2, 4, 8].flatMap((n) => [0, 1].flatMap((k) => [`${n} ${k} forward`, `${n} ${k} decode`])));
  expect(points.every(({ milliseconds }) => milliseconds === 40)).toBe(true);
});

test('what would take too long by its growth is left out, and told', async () => {
  const left = async (longest: number) => (await all({ now: clock(50), longest })).filter(({ milliseconds }) => milliseconds === undefined).map(({ steps, stack, kind }) => `${steps} ${stack} ${kind}`);
  // From 2 steps to 4, at worst four times as long.
  expect(await left(200)).toEqual([]);
  expect(await left(199)).toEqual([4, 8].flatMap((n) => [0, 1].flatMap((k) => [`${n} ${k} forward`, `${n} ${k} decode`])));
});

test('is called off, and lets go of its models', async () => {
  const abort = new AbortController();
  let count = 0;
  const made: { released: boolean }[] = [];
  const watched = { ...engine, model: async (...given: Parameters<typeof engine.model>) => {
    const model = await engine.model(...given);
    const entry = { released: false };
    made.push(entry);
    const release = model.release.bind(model);
    model.release = () => {
      entry.released = true;
      release();
    };
    return model;
  } };
  const run = async () => {
    for await (const _ of costExperiment(watched as never, { stacks, width: 4, lengths: [2, 4, 8], abort: abort.signal, now: clock(40) })) if (++count === 3) abort.abort(new Error('enough'));
  };
  await expect(run()).rejects.toThrow('enough');
  expect(count).toBe(3);
  expect(made.map(({ released }) => released)).toEqual([true, true]);
});

test.each([[[]], [[4, 2]], [[0, 1]], [[1.5]]])('lengths that make no sense are refused: %j', async (lengths) => {
  await expect(all({ lengths })).rejects.toThrow(/^lengths: .* given; they must be whole numbers, ascending\.$/);
});

describe('growth', () => {
  const of = (milliseconds: (n: number) => number | undefined) => growthExponent([64, 128, 256, 512, 1024].map((steps) => ({ steps, milliseconds: milliseconds(steps) })));

  test('is the power of the length, of the longest four', () => {
    expect(of((n) => 0.01 * n * n)).toBeCloseTo(2, 12);
    expect(of((n) => (n === 64 ? 1e6 : n))).toBeCloseTo(1, 12);
    expect(of(() => 3)).toBeCloseTo(0, 12);
  });

  test('takes no notice of what was left out, and is none of two points', () => {
    expect(of((n) => (n > 256 ? undefined : n ** 1.5))).toBeCloseTo(1.5, 12);
    expect(of((n) => (n > 128 ? undefined : n))).toBeUndefined();
  });
});
