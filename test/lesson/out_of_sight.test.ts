import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RnnModel } from '../../src/elements/rnn-model';
import { modelRestsOutOfSight, OUT_OF_SIGHT, restOutOfSight } from '../../src/lesson/out_of_sight';

/** Has the figure come into sight or go. */
let seen: (...isIntersecting: boolean[]) => void;

beforeEach(() => {
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(callback: (entries: { isIntersecting: boolean }[]) => void) {
        seen = (...entries) => callback(entries.map((isIntersecting) => ({ isIntersecting })));
      }
      observe(): void {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

function watched(isRunning: boolean) {
  const told: string[] = [];
  const training = { running: isRunning, isRunning: () => training.running, rest: () => told.push('rest'), goOn: () => told.push('go on') };
  restOutOfSight({} as Element, training);
  return { told, training };
}

test('what trains rests out of sight and goes on when it is back, each once', () => {
  const { told, training } = watched(true);
  seen(true);
  expect(told).toEqual([]);
  seen(false);
  training.running = false;
  seen(false);
  expect(told).toEqual(['rest']);
  seen(true);
  seen(true);
  expect(told).toEqual(['rest', 'go on']);
});

test('what does not train is left alone, and what the reader paused stays so', () => {
  const { told } = watched(false);
  seen(false);
  seen(true);
  expect(told).toEqual([]);
});

test('of several reports at once the last counts', () => {
  const { told } = watched(true);
  seen(false, true);
  expect(told).toEqual([]);
  seen(true, false);
  expect(told).toEqual(['rest']);
});

describe('one network', () => {
  /** A network that notes down what it is told, after so many updates. */
  function network(goesOn: boolean, updates: number) {
    const told: string[] = [];
    const model = {
      training: { goesOn, updates },
      state: { model: {} },
      pause: async (reason: string) => void told.push(`pause: ${reason}`),
      train: async () => void told.push('train'),
    };
    modelRestsOutOfSight({} as Element, model as unknown as RnnModel);
    return { told, model };
  }

  test('rests, says why, and goes on, also where nothing was done yet', () => {
    for (const updates of [0, 7]) {
      const { told } = network(true, updates);
      seen(false);
      seen(true);
      expect(told).toEqual([`pause: ${OUT_OF_SIGHT}`, 'train']);
    }
  });

  test('that takes single updates is left to end by itself, and does not train when it is back', () => {
    const { told } = network(false, 1);
    seen(false);
    seen(true);
    expect(told).toEqual([]);
  });

  test('that became another meanwhile waits for the reader', () => {
    const { told, model } = network(true, 0);
    seen(false);
    model.state.model = {};
    seen(true);
    expect(told).toEqual([`pause: ${OUT_OF_SIGHT}`]);
  });
});
