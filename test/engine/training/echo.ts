/** A small task for tests of training: say again the token that was read a few steps ago. */
import type { Batch, BatchSource, ModelSpec, Tensor } from '../../../src/engine/index';
import { randomStream } from '../../../src/engine/math/random';

export interface EchoShape {
  readonly vocab: number;
  readonly steps: number;
  readonly sequences: number;
  /** How many steps ago. */
  readonly distance: number;
  readonly seed: number;
}

export const plainEcho: EchoShape = { vocab: 4, steps: 6, sequences: 8, distance: 1, seed: 1 };

export interface Echo extends BatchSource {
  batch(k: number): Batch & { readonly inputs: { readonly tokens: Tensor }; readonly targets: { readonly classes: Tensor } };
}

export function echo(shape: Partial<EchoShape> = {}): Echo {
  const { vocab, steps, sequences, distance, seed } = { ...plainEcho, ...shape };
  return {
    batch(k) {
      const draw = randomStream(seed, 'echo', k);
      const tokens = Array.from({ length: steps * sequences }, () => Math.floor(draw() * vocab));
      const classes = tokens.map((_, row) => (row < distance * sequences ? -1 : tokens[row - distance * sequences]));
      return { inputs: { tokens: { shape: [steps, sequences], data: tokens } }, targets: { classes: { shape: [steps, sequences], data: classes } } };
    },
  };
}

/** A model that can learn it. */
export function echoSpec(more: Partial<ModelSpec> = {}): ModelSpec {
  return { input: { embedding: 4, vocab: plainEcho.vocab }, layers: [{ cell: 'gru', hidden: 8 }], output: { classes: plainEcho.vocab }, seed: 1, ...more };
}
