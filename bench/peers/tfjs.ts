/**
 * TensorFlow.js through its layers, as its users build models; the backend is chosen by whoever imports this. Its GRU is
 * the reset-before one only.
 */
import * as tf from 'peer:@tensorflow/tfjs-core';
import 'peer:@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import 'peer:@tensorflow/tfjs-core/dist/register_all_gradients';
import * as layers from 'peer:@tensorflow/tfjs-layers';
import { initialWeights, type StateDict } from '../../src/engine';
import { forwardInput, forwardSpec, LEARNING_RATE, productFactors, trainingTokens, trainingWeights } from '../cases';
import type { Contender } from './contender';
import { layerWeights, sequencesFirst, sum, transposed } from './layout';

interface Backend {
  readonly name: 'webgpu' | 'wasm';
  /** Whether it can propagate back through a lookup; where not, tokens are given as one-hot vectors to a plain product. */
  readonly lookups: boolean;
}

export function tfjs({ name, lookups }: Backend): Contender {
  const start = async () => {
    if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend ${name}`);
    await tf.ready();
  };
  return {
    async forward(what) {
      const { cell, shape } = what;
      const { steps, sequences, inputs, hidden } = shape;
      if (!hasLayer(cell)) return undefined;
      await start();
      const layer = recurrentLayer(cell, { units: hidden, returnSequences: false, inputShape: [steps, inputs] });
      const model = layers.sequential({ layers: [layer] });
      layer.setWeights(recurrentWeights(initialWeights(forwardSpec(what)), cell, inputs, hidden));
      const x = sequencesFirst(forwardInput(what).data, steps, sequences, inputs);
      return async () => {
        const given = tf.tensor3d(x, [sequences, steps, inputs]);
        const h_n = model.predict(given, { batchSize: sequences });
        const result = await h_n.data();
        tf.dispose([given, h_n]);
        return result;
      };
    },

    async training(what) {
      const { cell, shape, vocabulary } = what;
      const { steps, sequences, inputs, hidden } = shape;
      if (!hasLayer(cell)) return undefined;
      await start();
      const embedding = lookups
        ? layers.layers.embedding({ inputDim: vocabulary, outputDim: inputs, inputLength: steps })
        : layers.layers.dense({ units: inputs, useBias: false, inputShape: [steps, vocabulary] });
      const recurrent = recurrentLayer(cell, { units: hidden, returnSequences: true });
      const head = layers.layers.dense({ units: vocabulary, activation: 'softmax' });
      const model = layers.sequential({ layers: [embedding, recurrent, head] });
      const weights = trainingWeights(what);
      embedding.setWeights([tensor(weights['embedding.weight'].data, [vocabulary, inputs])]);
      recurrent.setWeights(recurrentWeights(weights, cell, inputs, hidden));
      head.setWeights([tensor(transposed(weights['head.weight'].data, vocabulary, hidden), [hidden, vocabulary]), tensor(weights['head.bias'].data, [vocabulary])]);
      model.compile({ optimizer: tf.train.adam(LEARNING_RATE, 0.9, 0.999, 1e-8), loss: 'sparseCategoricalCrossentropy' });
      let update = 0;
      return async () => {
        const tokens = trainingTokens(what, update++);
        const read = tf.tensor2d(sequencesFirst(tokens.subarray(0, steps * sequences), steps, sequences, 1), [sequences, steps], 'int32');
        const x = lookups ? read : tf.oneHot(read, vocabulary);
        const y = tf.tensor3d(Float32Array.from(sequencesFirst(tokens.subarray(sequences), steps, sequences, 1)), [sequences, steps, 1]);
        const loss = await model.trainOnBatch(x, y);
        tf.dispose([read, x, y]);
        return [loss];
      };
    },

    async product(what) {
      const { size } = what;
      await start();
      const { a, b } = productFactors(what);
      const right = tensor(b, [size, size]);
      return async () => {
        const left = tensor(a, [size, size]);
        const y = tf.matMul(left, right);
        const result = await y.data();
        tf.dispose([left, y]);
        return result;
      };
    },
  };
}

function hasLayer(cell: string): boolean {
  return ['rnn', 'lstm', 'gru_reset_before'].includes(cell);
}

function recurrentLayer(cell: string, options: Pick<layers.RecurrentOptions, 'units' | 'returnSequences' | 'inputShape'>): layers.Layer {
  // The default is orthogonal, which takes half a minute to compute on a software adapter; weights are given here anyway.
  const plain = { ...options, recurrentInitializer: 'zeros' } as const;
  if (cell === 'rnn') return layers.layers.simpleRNN(plain);
  // Keras' gates are hard sigmoids unless told otherwise.
  const gated = { ...plain, recurrentActivation: 'sigmoid' } as const;
  return cell === 'lstm' ? layers.layers.lstm(gated) : layers.layers.gru(gated);
}

/** kernel [I, G·H], recurrent kernel [H, G·H], bias [G·H]. */
function recurrentWeights(weights: StateDict, cell: string, inputs: number, hidden: number): tf.Tensor[] {
  const { w_ih, w_hh, b_ih, b_hh } = layerWeights(weights, cell, 'keras');
  const rows = b_ih.length;
  return [
    tensor(transposed(w_ih, rows, inputs), [inputs, rows]),
    tensor(transposed(w_hh, rows, hidden), [hidden, rows]),
    tensor(sum(b_ih, b_hh), [rows]),
  ];
}

function tensor(data: ArrayLike<number>, shape: number[]): tf.Tensor {
  return tf.tensor(Float32Array.from(data), shape);
}
