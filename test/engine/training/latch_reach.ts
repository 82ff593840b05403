/**
 * How far a network learns to remember, with E2's set-up: one of 4 keys, then distractors of 8 kinds, and at the end the
 * key is asked for. Adam at 3e-3, the gradient clipped to a norm of 1 for each seed; a seed has learned it when ten updates
 * in a row name 98 in 100 keys. All seeds are one run.
 */
import { taskNamed, type Engine, type RecurrentSpec } from '../../../src/engine/index';

const WINDOW = 10;
const ENOUGH = 0.98;

export interface Reach {
  readonly layer: RecurrentSpec;
  readonly distance: number;
  readonly seeds: readonly number[];
  readonly sequences?: number;
  readonly mostUpdates?: number;
  /** Hears of every ten updates, and how many seeds have learned it. */
  readonly progress?: (update: number, learned: number) => void;
}

/** After how many updates each seed has learned it; undefined for one that has not. */
export async function learnedAfter(engine: Engine, { layer, distance, seeds, sequences = 32, mostUpdates = 500, progress }: Reach): Promise<(number | undefined)[]> {
  const task = taskNamed('keyed_latch').make({ seed: 1, sequences, settings: { distance } });
  using model = await engine.model({ input: { ...task.input, embedding: layer.hidden }, layers: [{ oneBias: true, ...layer }], output: task.output, seeds });
  using trainer = await model.trainer({ task, optimizer: { name: 'adam', lr: 3e-3 }, clip: 1 });
  const after: (number | undefined)[] = seeds.map(() => undefined);
  while (trainer.updates < mostUpdates && after.includes(undefined)) {
    await trainer.steps(WINDOW);
    const { tallies } = trainer;
    for (let end = Math.max(WINDOW, tallies.length - WINDOW + 1); end <= tallies.length; end++) {
      seeds.forEach((_, m) => {
        const mean = tallies.slice(end - WINDOW, end).reduce((sum, { accuracy }) => sum + accuracy![m], 0) / WINDOW;
        if (mean >= ENOUGH) after[m] ??= end;
      });
    }
    progress?.(trainer.updates, after.filter((update) => update !== undefined).length);
  }
  return after;
}
