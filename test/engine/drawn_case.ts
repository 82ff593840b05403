/** Seeded models and inputs of any shape, for claims that must hold for all of them. */
import { cellNamed, type ModelSpec, type RunInputs, type Tensor } from '../../src/engine/index';
import { normalStream, randomStream } from '../../src/engine/math/random';

export interface CaseShape {
  readonly cells: readonly string[];
  readonly steps: number;
  readonly sequences: number;
  readonly inputs: number;
  readonly hidden: number;
  /** Width of h in the layers that can be projected; none unless given. */
  readonly projection?: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  readonly initial: boolean;
  /** [B], each 1 … steps. */
  readonly lengths: readonly number[] | undefined;
  readonly models: number;
  readonly seed: number;
}

/** The smallest case; a test names what it needs beside. */
export const plain: CaseShape = {
  cells: ['lstm'],
  steps: 5,
  sequences: 3,
  inputs: 4,
  hidden: 7,
  bidirectional: false,
  bias: true,
  initial: false,
  lengths: undefined,
  models: 1,
  seed: 1,
};

/** Standard normal numbers that depend only on the seed and the name. */
export function normal(shape: readonly number[], seed: number, name: string): Tensor<Float32Array> {
  const draw = normalStream(randomStream(seed, name));
  return { shape, data: Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, draw) };
}

/** The projection of a layer of that cell: only what has a cell state can be projected. */
export function projectionOf(cell: string, { projection }: CaseShape): number | undefined {
  return cellNamed(cell).states.some(({ name }) => name === 'c') ? projection : undefined;
}

export function drawnSpec(shape: CaseShape): ModelSpec {
  const { cells, inputs, hidden, bidirectional, bias, models, seed } = shape;
  return {
    input: { size: inputs },
    layers: cells.map((cell) => ({ cell, hidden, projection: projectionOf(cell, shape), bidirectional, bias })),
    seeds: Array.from({ length: models }, (_, m) => seed + m),
  };
}

export function drawnInputs(shape: CaseShape): RunInputs {
  const { cells, steps, sequences, inputs, hidden, bidirectional, initial, lengths, seed } = shape;
  const directions = bidirectional ? 2 : 1;
  const states = (name: string) =>
    cells.map((cell) => {
      if (!cellNamed(cell).states.some((state) => `${state.name}0` === name)) return undefined;
      const width = (name === 'h0' && projectionOf(cell, shape)) || hidden;
      return normal([directions, sequences, width], seed, name + cell);
    });
  return {
    x: normal([steps, sequences, inputs], seed, 'x'),
    lengths,
    ...(initial ? { h0: states('h0'), c0: states('c0') } : {}),
  };
}
