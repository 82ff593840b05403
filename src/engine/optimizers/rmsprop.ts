/** RMSprop (Hinton 2012) with momentum if asked, as `torch.optim.RMSprop` has it uncentred: ε outside the root. */
import type { Optimizer } from './optimizer';

export const rmsprop: Optimizer = {
  name: 'rmsprop',
  title: 'RMSprop',
  rate: 1e-2,
  slots: ['square_avg', 'momentum_buffer'],
  options: [
    { name: 'alpha', default: 0.99, least: 0, most: 1, below: true },
    { name: 'eps', default: 1e-8, least: 1e-8, most: 1 },
    { name: 'momentum', default: 0, least: 0, most: 1, below: true },
    { name: 'weightDecay', default: 0, least: 0, most: 1 },
  ],
  equations: ['s = α·s + (1 − α)·d²', 'v = μ·v + d / (√s + ε)', 'p = p − η·v'],

  numbers({ alpha, eps, momentum, weightDecay }, rate) {
    return [rate, alpha, 1 - alpha, eps, momentum, weightDecay];
  },

  update(p, given, [s, v], [rate, alpha, rest, eps, momentum, weightDecay]) {
    const d = given + weightDecay * p;
    const next_s = alpha * s + rest * d * d;
    const next_v = momentum * v + d / (Math.sqrt(next_s) + eps);
    return { p: p - rate * next_v, slots: [next_s, next_v] };
  },
};
