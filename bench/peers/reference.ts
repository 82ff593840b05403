/**
 * What is right: our reference engine, in float64. Its training is put together here from the gradients and the rule of
 * the optimiser, so that our own trainer is checked against something that is not a trainer.
 */
import { createEngine, type StateDict } from '../../src/engine';
import { adam } from '../../src/engine/optimizers/adam';
import { forwardInput, forwardSpec, FROZEN, LEARNING_RATE, productFactors, trainingSpec, trainingTokens, trainingWeights } from '../cases';
import type { Contender } from './contender';

export const contender: Contender = {
  async forward(what) {
    const engine = await createEngine({ device: 'cpu' });
    const model = await engine.model(forwardSpec(what));
    return async () => {
      using tape = await model.run({ x: forwardInput(what) });
      return tape.signal('h_n').read();
    };
  },

  async training(what) {
    const { steps, sequences } = what.shape;
    const engine = await createEngine({ device: 'cpu' });
    const weights = trainingWeights(what);
    const model = await engine.model(trainingSpec(what), { weights });
    const options = Object.fromEntries(adam.options.map((option) => [option.name, option.default]));
    const moments = new Map(Object.entries(weights).map(([name, { data }]) => [name, Array.from(data, () => [0, 0] as readonly number[])]));
    let update = 0;
    return async () => {
      // Reading one token more asks for nothing more: the last step has no next token.
      const tokens = { shape: [steps + 1, sequences], data: trainingTokens(what, update) };
      using tape = await model.run({ tokens });
      const loss = await tape.backward({ nextToken: 'all' });
      const numbers = adam.numbers(options, LEARNING_RATE, ++update);
      const next: StateDict = Object.fromEntries(
        Array.from(await tape.gradients(), ([name, { shape, data: d }]) => {
          const { data } = tape.parameters.get(name)!;
          if (name.startsWith(FROZEN)) return [name, { shape, data }];
          const slots = moments.get(name)!;
          return [name, { shape, data: data.map((value, i) => {
            const moved = adam.update(value, d[i], slots[i], numbers);
            slots[i] = moved.slots;
            return moved.p;
          }) }];
        }),
      );
      model.setParameters(next);
      return loss!;
    };
  },

  async product(what) {
    const { size } = what;
    const { a, b } = productFactors(what);
    return async () => {
      const result = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        for (let k = 0; k < size; k++) {
          const factor = a[i * size + k];
          for (let j = 0; j < size; j++) result[i * size + j] += factor * b[k * size + j];
        }
      }
      return result;
    };
  },
};
