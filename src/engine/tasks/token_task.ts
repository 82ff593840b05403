/** Tasks that read tokens and name classes: what they share beyond the rule that draws a sequence. */
import { randomStream } from '../math/random';
import type { Batch } from '../training/batch';
import { checkedSequences, checkedSettings, type Settings } from './settings';
import type { MadeTask, Task, TaskSetting } from './task';

/** What a task's settings come to. */
export interface TokenPlan {
  readonly vocab: readonly string[];
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** T */
  readonly steps: number;
  /** What guessing gets right; unless given, the part of the commonest class, measured on many sequences. */
  readonly chance?: number;
  /**
   * Draws one sequence.
   * @param tokens - [T], all 0 before
   * @param targets - [T], all −1 before: nothing asked for
   */
  draw(uniform: () => number, tokens: Int32Array, targets: Int32Array): void;
}

/** Drawn by the same rule from a stream of random numbers of its own. */
const HELD = 'drawn by the same rule, apart from all batches';

/** Sequences on which the commonest class is counted: its part is then known to about 1 in 100. */
const COUNTED = 512;

/** A task from its rule. `plan` may throw OptionError where settings do not go together. */
export function tokenTask<const All extends readonly TaskSetting[]>(about: Omit<Task, 'make' | 'settings'> & { readonly settings: All }, plan: (settings: Settings<All>) => TokenPlan): Task {
  return {
    ...about,
    make(options) {
      const made = plan(checkedSettings(about, options));
      const { vocab, classes, steps } = made;
      const { seed } = options;
      const sequencesOf = (sequences: number, ...keys: (string | number)[]) => drawn(made, sequences, randomStream(seed, about.name, ...keys));
      return {
        input: { vocab },
        output: { classes: classes.length, names: classes },
        steps,
        chance: made.chance ?? partOfCommonest(drawn(made, COUNTED, randomStream(0, about.name, 'chance')), classes.length),
        held: HELD,
        batch: (k) => sequencesOf(options.sequences, 'batch', k),
        heldOut: (sequences) => sequencesOf(checkedSequences(about, sequences), 'held out'),
        example: (k) => inWords(sequencesOf(1, 'batch', k), vocab, classes),
      };
    },
  };
}

interface TokenBatch extends Batch {
  readonly inputs: { readonly tokens: { readonly shape: readonly number[]; readonly data: Int32Array } };
  readonly targets: { readonly classes: { readonly shape: readonly number[]; readonly data: Int32Array } };
}

/** So many sequences, one after the other from one stream, so that a smaller batch is the beginning of a larger one. */
function drawn({ steps, draw }: TokenPlan, sequences: number, uniform: () => number): TokenBatch {
  const shape = [steps, sequences];
  const tokens = new Int32Array(steps * sequences);
  const classes = new Int32Array(steps * sequences);
  const [read, asked] = [new Int32Array(steps), new Int32Array(steps)];
  for (let b = 0; b < sequences; b++) {
    draw(uniform, read.fill(0), asked.fill(-1));
    for (let t = 0; t < steps; t++) {
      tokens[t * sequences + b] = read[t];
      classes[t * sequences + b] = asked[t];
    }
  }
  return { inputs: { tokens: { shape, data: tokens } }, targets: { classes: { shape, data: classes } } };
}

/** The first sequence of a batch as words. */
export function inWords({ inputs, targets }: TokenBatch, vocab: readonly string[], classes: readonly string[]): ReturnType<MadeTask['example']> {
  const { data, shape } = inputs.tokens;
  const first = (all: Int32Array) => Array.from({ length: shape[0] }, (_, t) => all[t * shape[1]]);
  return { words: first(data).map((token) => vocab[token]), answers: first(targets.classes.data).map((target) => classes[target]) };
}

/** What always naming the commonest class gets right. */
function partOfCommonest({ targets }: TokenBatch, classes: number): number {
  const counts = new Float64Array(classes);
  let asked = 0;
  for (const target of targets.classes.data) {
    if (target < 0) continue;
    counts[target]++;
    asked++;
  }
  return Math.max(...counts) / asked;
}
