/**
 * Experiments on the GPU, as large as the claims they are for: E = d = 32, 32 sequences an update, Adam with 50 updates of warm-up,
 * the gradient clipped to a norm of 1 for each seed, an RMS norm before the head.
 */
import { createEngine, taskNamed, type Engine, type LayerSpec } from '../../../src/engine/index';

/** Twenty minutes: what a part of the long tests may take. */
export const LONGEST = 1_200_000;

const WARM_UP = 50;
/** Batches that an accuracy is the mean of. */
const WINDOW = 10;

export interface Training {
  readonly task: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly layers: readonly LayerSpec[];
  readonly rate: number;
  readonly updates: number;
  readonly seeds: readonly number[];
}

/** [updates / 10][M] mean accuracy of ten batches each; ends early once all seeds have reached `enough`. */
export async function accuraciesOf(engine: Engine, { task: name, settings, layers, rate, updates, seeds }: Training, enough = 2): Promise<number[][]> {
  const task = taskNamed(name).make({ seed: 1, sequences: 32, settings });
  using model = await engine.model({ input: { ...task.input, embedding: 32 }, layers: [...layers, { block: 'norm', kind: 'rms' }], output: task.output, seeds });
  using trainer = await model.trainer({ task, optimizer: { name: 'adam', lr: rate }, clip: 1, schedule: { name: 'cosine', updates, warmUp: WARM_UP, floor: 1 } });
  const title = layers.map((layer) => layer.block ?? layer.cell).join(' + ');
  const means: number[][] = [];
  while (trainer.updates < updates) {
    await trainer.steps(WINDOW);
    const last = trainer.tallies.slice(-WINDOW);
    means.push(seeds.map((_, m) => last.reduce((sum, { accuracy }) => sum + accuracy![m], 0) / WINDOW));
    if (trainer.updates % 50 === 0) console.log(`${title} on ${engine.description}, ${name}: update ${trainer.updates}, accuracy ${means.at(-1)!.map((mean) => mean.toFixed(3)).join(', ')}`);
    if (means.at(-1)!.every((mean) => mean >= enough)) break;
  }
  return means;
}

/** An engine for one test. */
export function gpuEngine(): Promise<Engine> {
  return createEngine({ device: 'gpu' });
}
