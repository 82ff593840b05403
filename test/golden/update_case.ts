/** The golden kinds that are parts of an update alone: `xent`, `optim_direct`, `clip_grad_norm`. */
import { optimizerNamed, type Tensor } from '../../src/engine/index';
import type { Bench, Moved, UpdateAsked } from './bench';
import { MalformedCase, type GoldenCase } from './golden_case';
import type { Outputs } from './run_case';

/** Loss, its terms, the softmax, and the gradient. */
export async function runCrossEntropy({ pieces }: Bench, { config, tensors }: GoldenCase): Promise<Outputs> {
  const logits = needed(tensors, 'logits');
  const [rows, classes] = logits.shape;
  const targets = Int32Array.from(needed(tensors, 'target').data, (target) => (target === config.ignore_index ? -1 : target));
  const smoothing = Number(config.label_smoothing ?? 0);
  const times = config.reduction === 'sum' ? targets.filter((target) => target >= 0).length : 1;
  const { loss, d_logits } = await pieces.crossEntropy(logits, targets, smoothing);

  const terms = new Float64Array(rows);
  const probabilities = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    // A row alone, and as if its first class were asked for where none is: the gradient is softmax − onehot.
    const target = Math.max(targets[row], 0);
    const alone = await pieces.crossEntropy(logits, new Int32Array(rows).fill(-1).with(row, target), 0);
    terms[row] = targets[row] < 0 ? 0 : alone.loss;
    for (let k = 0; k < classes; k++) probabilities[row * classes + k] = alone.d_logits[row * classes + k] + (k === target ? 1 : 0);
  }
  return new Map<string, Tensor>([
    ['loss', { shape: [], data: [loss * times] }],
    ['per_row', { shape: [rows], data: terms }],
    ['probs', { shape: logits.shape, data: probabilities }],
    ['grad.logits', { shape: logits.shape, data: Array.from(d_logits, (value) => value * times) }],
  ]);
}

/** The parameter after each step, and the optimiser's state after the last. */
export async function runOptimizer({ pieces }: Bench, { config, tensors }: GoldenCase): Promise<Outputs> {
  const { lr, ...options } = (config.options ?? {}) as Record<string, unknown>;
  const optimizer = optimizerNamed(String(config.optimizer));
  const settings = settingsOf(optimizer.options, options);
  const p = needed(tensors, 'p');
  const gradients = needed(tensors, 'grads');
  const [steps, count] = gradients.shape;
  const outputs = new Map<string, Tensor>();
  let state: Omit<Moved, 'd'> = { p: p.data, slots: optimizer.slots.map(() => new Float32Array(count)) };
  for (let k = 0; k < steps; k++) {
    const asked: UpdateAsked = { optimizer, settings, rate: Number(lr), update: k + 1, clip: undefined };
    const { parameters } = await pieces.update(asked, [{ ...state, d: gradients.data.slice(k * count, (k + 1) * count) }]);
    [state] = parameters;
    outputs.set(`after${k + 1}.p`, { shape: p.shape, data: state.p });
  }
  optimizer.slots.forEach((name, s) => outputs.set(`state.${name}`, { shape: p.shape, data: state.slots[s] }));
  return outputs;
}

/** What descent by one step of 1 takes away from zeros: the clipped gradients. */
export async function runClip({ pieces }: Bench, { config, groups, tensors }: GoldenCase): Promise<Outputs> {
  const names = groups.inputs ?? [];
  const optimizer = optimizerNamed('sgd');
  const asked: UpdateAsked = { optimizer, settings: settingsOf(optimizer.options, {}), rate: 1, update: 1, clip: Number(config.max_norm) };
  const zeros = (name: string) => new Float32Array(tensors[name].data.length);
  const { norm, parameters } = await pieces.update(asked, names.map((name) => ({ p: zeros(name), d: tensors[name].data, slots: [zeros(name)] })));
  const clipped = parameters.map(({ p }, i): [string, Tensor] => [`clipped.${names[i]}`, { shape: tensors[names[i]].shape, data: Array.from(p, (value) => -value) }]);
  return new Map<string, Tensor>([['total_norm', { shape: [], data: [norm] }], ...clipped]);
}

/** An optimiser's options by our names, from those of `torch.optim`. Throws MalformedCase for one we do not have. */
export function settingsOf(options: readonly { readonly name: string; readonly default: number }[], given: Readonly<Record<string, unknown>>): Record<string, number> {
  const { betas, weight_decay: weightDecay, ...others } = given;
  const ours: Record<string, unknown> = { ...others, ...(Array.isArray(betas) && { beta1: betas[0] as unknown, beta2: betas[1] as unknown }), ...(weightDecay !== undefined && { weightDecay }) };
  const unknown = Object.keys(ours).filter((name) => !options.some((option) => option.name === name));
  if (unknown.length) throw new MalformedCase(`the optimiser has no option ${unknown.join(', ')}`);
  return Object.fromEntries(options.map((option) => [option.name, Number(ours[option.name] ?? option.default)]));
}

function needed(tensors: GoldenCase['tensors'], name: string): GoldenCase['tensors'][string] {
  if (!tensors[name]) throw new MalformedCase(`${name} is missing`);
  return tensors[name];
}
