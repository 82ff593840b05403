/** Ours, on the GPU. */
import { createEngine } from '../../src/engine';
import { forwardInput, forwardSpec, FROZEN, LEARNING_RATE, trainingSpec, trainingTokens, trainingWeights } from '../cases';
import type { Contender } from './contender';
import { product } from './ours_product';

export const contender: Contender = {
  async forward(what) {
    const engine = await createEngine({ device: 'gpu' });
    const model = await engine.model(forwardSpec(what));
    const x = forwardInput(what);
    return async () => {
      using tape = await model.run({ x });
      return tape.signal('h_n').read();
    };
  },

  async training(what) {
    const { steps, sequences } = what.shape;
    const engine = await createEngine({ device: 'gpu' });
    const model = await engine.model(trainingSpec(what), { weights: trainingWeights(what) });
    const shape = [steps, sequences];
    const trainer = await model.trainer({
      task: {
        batch(k) {
          const tokens = trainingTokens(what, k);
          return {
            inputs: { tokens: { shape, data: tokens.subarray(0, steps * sequences) } },
            targets: { classes: { shape, data: tokens.subarray(sequences) } },
          };
        },
      },
      optimizer: { name: 'adam', lr: LEARNING_RATE },
      frozen: [FROZEN],
    });
    return async () => (await trainer.steps(1)).loss;
  },

  product,
};
