/** Gradient descent with momentum, Nesterov's (Sutskever et al. 2013) if asked, as `torch.optim.SGD` has it with dampening 0. */
import type { Optimizer } from './optimizer';

export const sgd: Optimizer = {
  name: 'sgd',
  title: 'SGD',
  rate: 1e-3,
  slots: ['momentum_buffer'],
  options: [
    { name: 'momentum', default: 0, least: 0, most: 1, below: true },
    { name: 'nesterov', default: 0, least: 0, most: 1, flag: true },
    { name: 'weightDecay', default: 0, least: 0, most: 1 },
  ],
  equations: ['v = μ·v + d', 'p = p − η·v, with Nesterov p − η·(d + μ·v)'],

  numbers({ momentum, nesterov, weightDecay }, rate) {
    const [direct, kept] = nesterov ? [1, momentum] : [0, 1];
    return [rate, momentum, weightDecay, direct, kept];
  },

  update(p, given, [v], [rate, momentum, weightDecay, direct, kept]) {
    const d = given + weightDecay * p;
    const next_v = momentum * v + d;
    return { p: p - rate * (direct * d + kept * next_v), slots: [next_v] };
  },
};
