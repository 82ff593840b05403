// Optimisers against the loops of torch.optim, written out with their branches, and each against the shape of its WGSL twin.
// What torch.optim itself computed is in the golden files (golden_reference.test.ts).
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { optimizerNamed, optimizers } from '../../src/engine/optimizers/index';
import type { Optimizer } from '../../src/engine/optimizers/optimizer';
import { normal } from './drawn_case';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
function defaults({ options }: Optimizer): Record<string, number> {
  return Object.fromEntries(options.map((option) => [option.name, option.default]));
}

/** What an optimiser makes of p [n] and gradients [steps][n]: p after each step. */
function carriedOut(optimizer: Optimizer, options: Record<string, number>, rate: number, start: readonly number[], gradients: readonly (readonly number[])[]): number[][] {
  let p = [...start];
  let slots = start.map(() => optimizer.slots.map(() => 0));
  return gradients.map((d, k) => {
    const numbers = optimizer.numbers({ ...defaults(optimizer), ...options }, rate, k + 1);
    const updated = p.map((value, i) => optimizer.update(value, d[i], slots[i], numbers));
    p = updated.map((entry) => entry.p);
    slots = updated.map((entry) => [...entry.slots]);
    return p;
  });
}

describe('as the loops of torch.optim have it, written out with their branches', () => {
  const start = Array.from(normal([6], 1, 'p').data);
  const gradients = Array.from({ length: 4 }, (_, k) => Array.from(normal([6], 1, `d${k}`).data));

  /** One entry through `steps` updates of a function with a state of its own. */
  function expected(update: (p: number, d: number, state: { buffer?: number; square: number }) => number): number[][] {
    let p = start;
    const states = start.map(() => ({ square: 0 }));
    return gradients.map((d) => (p = p.map((value, i) => update(value, d[i], states[i]))));
  }

  function expectSame(found: readonly (readonly number[])[], wanted: readonly (readonly number[])[]): void {
    found.forEach((p, k) => p.forEach((value, i) => expect(value, `update ${k + 1}, entry ${i}`).toBeCloseTo(wanted[k][i], 13)));
  }

  test.each([
    { momentum: 0, nesterov: 0, weightDecay: 0 },
    { momentum: 0.9, nesterov: 0, weightDecay: 0.1 },
    { momentum: 0.9, nesterov: 1, weightDecay: 0.1 },
  ])('SGD %o', (options) => {
    const { momentum, nesterov, weightDecay } = options;
    const wanted = expected((p, given, state) => {
      let d = given + weightDecay * p;
      if (momentum !== 0) {
        state.buffer = state.buffer === undefined ? d : momentum * state.buffer + d;
        d = nesterov ? d + momentum * state.buffer : state.buffer;
      }
      return p - 0.1 * d;
    });
    expectSame(carriedOut(optimizerNamed('sgd'), options, 0.1, start, gradients), wanted);
  });

  test.each([
    { alpha: 0.99, eps: 1e-8, momentum: 0, weightDecay: 0 },
    { alpha: 0.9, eps: 1e-2, momentum: 0, weightDecay: 0.1 },
    { alpha: 0.9, eps: 1e-2, momentum: 0.8, weightDecay: 0.1 },
  ])('RMSprop %o', (options) => {
    const { alpha, eps, momentum, weightDecay } = options;
    const wanted = expected((p, given, state) => {
      const d = weightDecay ? given + weightDecay * p : given;
      state.square = alpha * state.square + (1 - alpha) * d * d;
      const average = Math.sqrt(state.square) + eps;
      if (momentum === 0) return p - 0.01 * (d / average);
      state.buffer = momentum * (state.buffer ?? 0) + d / average;
      return p - 0.01 * state.buffer;
    });
    expectSame(carriedOut(optimizerNamed('rmsprop'), options, 0.01, start, gradients), wanted);
  });
});

describe('each has a twin in WGSL:', () => {
  const names = optimizers.map(({ name }) => name);

  test('one file for one', () => {
    const files = (path: string) => readdirSync(new URL(path, import.meta.url)).map((file) => file.replace(/\..*$/, ''));
    expect(files('../../shaders/optimizers').toSorted()).toEqual(names.toSorted());
    expect(files('../../src/engine/optimizers').filter((name) => !['index', 'optimizer'].includes(name)).toSorted()).toEqual(names.toSorted());
  });

  test.each(names)('%s has as many slots and numbers on both sides, and says the same lines in the same order', (name) => {
    const { slots, numbers, options } = optimizerNamed(name);
    const typescript = read(`../../src/engine/optimizers/${name}.ts`);
    const wgsl = read(`../../shaders/optimizers/${name}.wgsl`);
    expect(wgsl).toContain(`const SLOTS = ${slots.length}u;`);
    expect(wgsl).toContain(`const SLOT_ROWS = ${Math.max(1, slots.length)}u;`);
    const told = /^\/\/ numbers: (.*)$/m.exec(wgsl)![1].split(/[,|]/);
    expect(told.length).toBe(numbers(Object.fromEntries(options.map((option) => [option.name, option.default])), 0.1, 1).length);
    expect(told.length).toBeLessThanOrEqual(8);
    const update = typescript.slice(typescript.indexOf('  update('));
    expect(Array.from(wgsl.matchAll(/^ {2}let (\w+) =/gm), ([, local]) => local)).toEqual(Array.from(update.matchAll(/^ {4}const (\w+) =/gm), ([, local]) => local));
  });
});

test('an optimiser that there is not is refused with the names there are', () => {
  expect(() => optimizerNamed('lion')).toThrow('optimizer: "lion" given; there are adam, adamw, rmsprop, sgd.');
});
