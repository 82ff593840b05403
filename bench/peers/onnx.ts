/** ONNX Runtime Web: one session for each case, forward only. The build, which has the provider, is the importer's. */
import type { InferenceSession, Tensor } from 'peer:onnxruntime-web';
import { initialWeights } from '../../src/engine';
import { forwardInput, forwardSpec, productFactors } from '../cases';
import type { Contender } from './contender';
import { layerWeights } from './layout';
import { productModel, recurrentModel, type RecurrentNode } from './onnx_model';

/** What differs between the builds. */
interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
  readonly provider: 'webgpu' | 'wasm';
}

const OPERATORS: Record<string, RecurrentNode['op']> = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU', gru_reset_before: 'GRU' };

export function onnx({ InferenceSession, Tensor, provider }: Runtime): Contender {
  const session = (model: Uint8Array) => InferenceSession.create(model, { executionProviders: [provider] });
  return {
    async forward(what) {
      const { cell, shape } = what;
      const { inputs, hidden } = shape;
      const weights = layerWeights(initialWeights(forwardSpec(what)), cell, 'onnx');
      const running = await session(recurrentModel({ op: OPERATORS[cell], inputs, hidden, weights, linearBeforeReset: cell === 'gru' }));
      const x = forwardInput(what);
      return async () => {
        const { h_n } = await running.run({ x: new Tensor('float32', x.data, x.shape) });
        return h_n.getData();
      };
    },

    async product(what) {
      const { size } = what;
      const { a, b } = productFactors(what);
      const running = await session(productModel(size, b));
      return async () => {
        const { y } = await running.run({ a: new Tensor('float32', a, [size, size]) });
        return y.getData();
      };
    },
  };
}
