/** The golden kind `lm_train`: embedding, recurrent layers and head, trained for a few updates. */
import type { Model, ModelSpec, StateDict, Tensor, TrainerOptions } from '../../src/engine/index';
import { optimizerNamed } from '../../src/engine/index';
import type { Bench } from './bench';
import { MalformedCase, type GoldenCase } from './golden_case';
import type { Outputs } from './run_case';
import { settingsOf } from './update_case';

/** Losses and norms of all updates, the first gradients, the parameters after each update, and what was carried. */
export async function runTraining({ engine }: Bench, golden: GoldenCase): Promise<Outputs> {
  const { config, groups, tensors } = golden;
  const tokens = tensors.tokens;
  if (tokens?.shape.length !== 3) throw new MalformedCase('tokens of three dimensions are missing');
  const weights: StateDict = Object.fromEntries((groups.params ?? []).map((name) => [ownName(name), tensors[name]]));
  const model = await engine.model(specOf(config), { weights });
  try {
    const outputs = await firstGradients(model, tokens);
    const trainer = await model.trainer(optionsOf(config, tokens));
    const losses: number[] = [];
    const norms: number[] = [];
    for (let k = 1; k <= tokens.shape[0]; k++) {
      const tally = await trainer.steps(1);
      losses.push(tally.loss[0]);
      norms.push(tally.gradientNorm[0]);
      const { parameters, carried } = await trainer.snapshot();
      for (const [name, tensor] of parameters) outputs.set(`after${k}.${caseName(name)}`, tensor);
      const [h] = carried?.[0] ?? [];
      if (h) outputs.set('h_final', { shape: [1, tokens.shape[1], h.length / tokens.shape[1]], data: h });
    }
    return outputs.set('losses', { shape: [losses.length], data: losses }).set('grad_norms', { shape: [norms.length], data: norms });
  } finally {
    model.release();
  }
}

/** Batch k as [T, B], from `first` on: tokens of the format are [batches, B, T + 1]. */
function timeMajor({ shape: [, sequences, count], data }: Tensor, k: number, first: number, steps: number): Tensor {
  return { shape: [steps, sequences], data: Array.from({ length: steps * sequences }, (_, row) => data[(k * sequences + (row % sequences)) * count + first + Math.floor(row / sequences)]) };
}

async function firstGradients(model: Model, tokens: Tensor): Promise<Outputs> {
  const tape = await model.run({ tokens: timeMajor(tokens, 0, 0, tokens.shape[2]) });
  await tape.backward({ nextToken: 'all' });
  const gradients = await tape.gradients();
  tape.release();
  return new Map([...gradients].map(([name, tensor]) => [`grad1.${caseName(name)}`, tensor]));
}

function specOf({ vocab, embed, cell, hidden, num_layers: layers }: GoldenCase['config']): ModelSpec {
  return {
    input: { embedding: Number(embed), vocab: Number(vocab) },
    layers: Array.from({ length: Number(layers) }, () => ({ cell: String(cell), hidden: Number(hidden) })),
    output: { classes: Number(vocab) },
  };
}

function optionsOf({ optimizer: name, options, clip_grad_norm: clip, carry_state: carryState }: GoldenCase['config'], tokens: Tensor): TrainerOptions {
  const { lr, ...others } = (options ?? {}) as Record<string, unknown>;
  const steps = tokens.shape[2] - 1;
  return {
    task: { batch: (k) => ({ inputs: { tokens: timeMajor(tokens, k % tokens.shape[0], 0, steps) }, targets: { classes: timeMajor(tokens, k % tokens.shape[0], 1, steps) } }) },
    optimizer: { name: String(name), lr: Number(lr), ...settingsOf(optimizerNamed(String(name)).options, others) },
    clip: typeof clip === 'number' ? clip : undefined,
    carryState: Boolean(carryState),
  };
}

/** The format keeps the recurrent layers' parameters below `rnn.`. */
function ownName(name: string): string {
  return name.replace(/^rnn\./, '');
}

function caseName(name: string): string {
  return /^(embedding|head)\./.test(name) ? name : `rnn.${name}`;
}
