/** Adam with its weight decay apart from the gradient (Loshchilov and Hutter 2019), as `torch.optim.AdamW` has it. */
import type { Optimizer } from './optimizer';

export const adamw: Optimizer = {
  name: 'adamw',
  title: 'AdamW',
  rate: 1e-3,
  slots: ['exp_avg', 'exp_avg_sq'],
  options: [
    { name: 'beta1', default: 0.9, least: 0, most: 1, below: true },
    { name: 'beta2', default: 0.999, least: 0, most: 1, below: true },
    { name: 'eps', default: 1e-8, least: 1e-8, most: 1 },
    { name: 'weightDecay', default: 0.01, least: 0, most: 1 },
  ],
  equations: ['m = β₁·m + (1 − β₁)·d', 'v = β₂·v + (1 − β₂)·d²', 'p = (1 − η·λ)·p − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)'],

  numbers({ beta1, beta2, eps, weightDecay }, rate, update) {
    return [rate / (1 - beta1 ** update), 1 / Math.sqrt(1 - beta2 ** update), beta1, beta2, 1 - beta1, 1 - beta2, eps, rate * weightDecay];
  },

  update(p, d, [m, v], [step, root, beta1, beta2, rest1, rest2, eps, decay]) {
    const next_m = beta1 * m + rest1 * d;
    const next_v = beta2 * v + rest2 * d * d;
    return { p: p - decay * p - (step * next_m) / (root * Math.sqrt(next_v) + eps), slots: [next_m, next_v] };
  },
};
