import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { restOutOfSight } from '../../src/lesson/out_of_sight';

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
