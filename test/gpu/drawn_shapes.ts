/** Shapes nobody chose, for what must hold of all of them. */
import fc from 'fast-check';
import { cells } from '../../src/engine/index';
import type { CaseShape } from '../engine/drawn_case';

const names = cells.map(({ name }) => name);

/** Stacks of any cells, with every option. */
export const shapes: fc.Arbitrary<CaseShape> = fc
  .record({
    cells: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
    steps: fc.integer({ min: 1, max: 9 }),
    sequences: fc.integer({ min: 1, max: 5 }),
    inputs: fc.integer({ min: 1, max: 9 }),
    hidden: fc.integer({ min: 1, max: 40 }),
    projected: fc.option(fc.nat()),
    bidirectional: fc.boolean(),
    bias: fc.boolean(),
    initial: fc.boolean(),
    varied: fc.option(fc.array(fc.nat(), { minLength: 5, maxLength: 5 })),
    models: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(1e6),
  })
  .map(({ varied, projected, ...shape }) => ({
    ...shape,
    projection: projected === null || shape.hidden === 1 ? undefined : 1 + (projected % (shape.hidden - 1)),
    lengths: varied?.slice(0, shape.sequences).map((n) => 1 + (n % shape.steps)),
  }));
