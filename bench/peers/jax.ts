/**
 * jax-js on WebGPU. It has no scan, so the recurrence is a loop under `jit`, its product with the input taken for all steps
 * at once; Adam is written out inside the same `jit`, since the library of optimisers is not on the registry.
 * `ref` is its reference counting: every use of an array but the last.
 */
import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad, type Array as Jax } from 'peer:@jax-js/jax';
import { cellNamed, initialWeights, type StateDict } from '../../src/engine';
import { forwardInput, forwardSpec, LEARNING_RATE, productFactors, trainingTokens, trainingWeights, type Shape } from '../cases';
import type { Contender } from './contender';
import { layerWeights, transposed } from './layout';

type Named = Record<string, Jax>;

export const contender: Contender = {
  async forward(what) {
    const { cell, shape } = what;
    await start();
    const run = jit((weights: Named, x: Jax) => {
      const states = rollout(cell, shape, weights, x);
      return states[states.length - 1];
    });
    const weights = layer(initialWeights(forwardSpec(what)), cell, shape);
    const x = forwardInput(what);
    return async () => run(held(weights), np.array(x.data, { shape: [...x.shape] })).data();
  },

  async training(what) {
    const { cell, shape, vocabulary } = what;
    const { steps, sequences, inputs, hidden } = shape;
    await start();

    const loss = (weights: Named, frozen: Named, read: Jax, asked: Jax) => {
      const { embedding, head, bias, ...own } = weights;
      // The gradient of a lookup is dearer here than a product with one-hot rows.
      const x = np.matmul(nn.oneHot(read, vocabulary), embedding).reshape([steps, sequences, inputs]);
      const h = np.concatenate(rollout(cell, shape, { ...own, ...frozen }, x), 0);
      const scores = np.matmul(h, head).add(bias);
      return nn.logSoftmax(scores, -1).mul(nn.oneHot(asked, vocabulary)).sum().mul(-1 / (steps * sequences));
    };
    const step = jit((weights: Named, frozen: Named, m: Named, v: Named, rates: Jax, read: Jax, asked: Jax) => {
      const [value, gradient] = valueAndGrad(loss)(held(weights), frozen, read, asked);
      return { value, ...adam(weights, gradient, m, v, rates) };
    });

    const given = trainingWeights(what);
    const { c, ...trained } = layer(given, cell, shape);
    const frozen: Named = c ? { c } : {};
    let weights: Named = {
      ...trained,
      embedding: matrix(given['embedding.weight'].data, [vocabulary, inputs]),
      head: matrix(transposed(given['head.weight'].data, vocabulary, hidden), [hidden, vocabulary]),
      bias: matrix(given['head.bias'].data, [vocabulary]),
    };
    let m = zeros(weights);
    let v = zeros(weights);
    let update = 0;
    return async () => {
      const tokens = trainingTokens(what, update++);
      const rates = np.array(Float32Array.of(LEARNING_RATE / (1 - 0.9 ** update), 1 / Math.sqrt(1 - 0.999 ** update)));
      const read = np.array(tokens.slice(0, steps * sequences));
      const asked = np.array(tokens.slice(sequences));
      const next = step(weights, held(frozen), m, v, rates, read, asked);
      ({ weights, m, v } = next);
      return next.value.data();
    };
  },

  async product(what) {
    const { size } = what;
    await start();
    const { a, b } = productFactors(what);
    const product = jit((x: Jax, y: Jax) => np.matmul(x, y));
    const right = matrix(b, [size, size]);
    return async () => product(matrix(a, [size, size]), right.ref).data();
  },
};

async function start(): Promise<void> {
  if (!(await init('webgpu')).includes('webgpu')) throw new Error('jax-js could not start on WebGPU');
  defaultDevice('webgpu');
}

/** w [I, G·H] and r [H, G·H], columns by gate; b [G·H] of what is read and c [G·H] of what is remembered, added where that is the same. */
function layer(given: StateDict, cell: string, { inputs, hidden }: Shape): Named {
  const { w_ih, w_hh, b_ih, b_hh } = layerWeights(given, cell, 'pytorch');
  const rows = b_ih.length;
  const weights: Named = { w: matrix(transposed(w_ih, rows, inputs), [inputs, rows]), r: matrix(transposed(w_hh, rows, hidden), [hidden, rows]) };
  // Only PyTorch's GRU resets a product that has a bias of its own inside.
  if (cell === 'gru') return { ...weights, b: matrix(b_ih, [rows]), c: matrix(b_hh, [rows]) };
  return { ...weights, b: matrix(b_ih.map((value, i) => value + b_hh[i]), [rows]) };
}

/** The hidden states [B, H] of all steps. Takes its arguments over. */
function rollout(cell: string, { steps, sequences, inputs, hidden }: Shape, { w, r, b, c }: Named, x: Jax): Jax[] {
  const gates = cellNamed(cell).gates.length;
  const all = np.matmul(x.reshape([steps * sequences, inputs]), w).add(b);
  const read = np.split(all.reshape([steps * sequences, gates * hidden]), steps, 0);
  const states: Jax[] = [];
  let h = np.zeros([sequences, hidden]);
  let memory = np.zeros([sequences, hidden]);
  const [rz, rn] = cell === 'gru_reset_before' ? np.split(r.ref, [2 * hidden], 1) : [];
  for (const a_ih of read) {
    if (cell === 'rnn') {
      h = np.tanh(a_ih.add(np.matmul(h, r.ref)));
    } else if (cell === 'lstm') {
      const [i, f, g, o] = np.split(a_ih.add(np.matmul(h, r.ref)), 4, 1);
      memory = nn.sigmoid(f).mul(memory).add(nn.sigmoid(i).mul(np.tanh(g)));
      h = nn.sigmoid(o).mul(np.tanh(memory.ref));
    } else if (cell === 'gru') {
      const [ir, iz, in_] = np.split(a_ih, 3, 1);
      const [hr, hz, hn] = np.split(np.matmul(h.ref, r.ref).add(c.ref), 3, 1);
      const n = np.tanh(in_.add(nn.sigmoid(ir.add(hr)).mul(hn)));
      h = between(nn.sigmoid(iz.add(hz)), n, h);
    } else {
      const [irz, in_] = np.split(a_ih, [2 * hidden], 1);
      const [reset, z] = np.split(nn.sigmoid(irz.add(np.matmul(h.ref, rz.ref))), 2, 1);
      const n = np.tanh(in_.add(np.matmul(reset.mul(h.ref), rn.ref)));
      h = between(z, n, h);
    }
    states.push(h.ref);
  }
  for (const spent of [h, memory, r, c, rz, rn]) spent?.dispose();
  return states;
}

/**
 * Adam as PyTorch has it.
 * @param rates - [2] the rate, and the root of the second moment, each with its correction for the start
 */
function adam(weights: Named, gradient: Named, m: Named, v: Named, rates: Jax): { weights: Named; m: Named; v: Named } {
  const next: { weights: Named; m: Named; v: Named } = { weights: {}, m: {}, v: {} };
  const [rate, root] = np.split(rates, 2);
  for (const [name, weight] of Object.entries(weights)) {
    const d = gradient[name];
    const first = m[name].mul(0.9).add(d.ref.mul(1 - 0.9));
    const second = v[name].mul(0.999).add(np.square(d).mul(1 - 0.999));
    next.m[name] = first.ref;
    next.v[name] = second.ref;
    next.weights[name] = weight.sub(rate.ref.mul(first).div(root.ref.mul(np.sqrt(second)).add(1e-8)));
  }
  rate.dispose();
  root.dispose();
  return next;
}

/** (1 − z)·n + z·h */
function between(z: Jax, n: Jax, h: Jax): Jax {
  return n.ref.add(z.mul(h.sub(n)));
}

function matrix(data: ArrayLike<number>, shape: number[]): Jax {
  return np.array(Float32Array.from(data), { shape });
}

/** The same arrays, for a call that takes them over. */
function held(arrays: Named): Named {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.ref]));
}

function zeros(like: Named): Named {
  return Object.fromEntries(Object.entries(like).map(([name, { shape }]) => [name, np.zeros(shape)]));
}
