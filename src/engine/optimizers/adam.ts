/** Adam (Kingma and Ba 2015) as `torch.optim.Adam` has it: ε outside the root, weight decay added to the gradient. */
import type { Optimizer } from './optimizer';

export const adam: Optimizer = {
  name: 'adam',
  title: 'Adam',
  rate: 1e-3,
  slots: ['exp_avg', 'exp_avg_sq'],
  options: [
    { name: 'beta1', default: 0.9, least: 0, most: 1, below: true },
    { name: 'beta2', default: 0.999, least: 0, most: 1, below: true },
    { name: 'eps', default: 1e-8, least: 1e-8, most: 1 },
    { name: 'weightDecay', default: 0, least: 0, most: 1 },
  ],
  equations: ['m = β₁·m + (1 − β₁)·d', 'v = β₂·v + (1 − β₂)·d²', 'p = p − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)'],

  numbers({ beta1, beta2, eps, weightDecay }, rate, update) {
    return [rate / (1 - beta1 ** update), 1 / Math.sqrt(1 - beta2 ** update), beta1, beta2, 1 - beta1, 1 - beta2, eps, weightDecay];
  },

  update(p, given, [m, v], [step, root, beta1, beta2, rest1, rest2, eps, weightDecay]) {
    const d = given + weightDecay * p;
    const next_m = beta1 * m + rest1 * d;
    const next_v = beta2 * v + rest2 * d * d;
    return { p: p - (step * next_m) / (root * Math.sqrt(next_v) + eps), slots: [next_m, next_v] };
  },
};
