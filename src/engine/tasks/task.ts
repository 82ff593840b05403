/**
 * A task: sequences made by a seed, with known answers, on which a network shows what it can remember. One file each;
 * index.ts lists them. A task's `make` returns a source of batches: the k-th depends on the seed, the settings and k alone.
 */
import type { Batch, BatchSource } from '../training/batch';

/** A whole number that sets how hard a task is: a distance, how many keys. */
export interface TaskSetting {
  readonly name: string;
  readonly title: string;
  readonly default: number;
  readonly least: number;
  readonly most: number;
  /** What values are called that are more than their number (−1: 'drawn'); of a setting that is a choice, all of them. */
  readonly names?: Readonly<Record<number, string>>;
}

export interface Task {
  /** Its name in options, links and files: `keyed_latch`. */
  readonly name: string;
  readonly title: string;
  /** What is shown and what is asked for, in a sentence or two for a reader. */
  readonly description: string;
  /** Where it was defined: authors and year. */
  readonly source: string;
  readonly settings: readonly TaskSetting[];
  /** Whether it can be made from a reader's own text. */
  readonly readsText?: boolean;
  /** Throws OptionError for a setting that is unknown or out of range. */
  make(options: TaskOptions): MadeTask;
}

export interface TaskOptions {
  readonly seed: number;
  /** B: sequences of a batch. */
  readonly sequences: number;
  /** By name; the defaults for those left out. */
  readonly settings?: Readonly<Record<string, number>>;
  /** The reader's own text, for tasks that read one, in the place of a shipped one. */
  readonly text?: string;
}

/** A task with everything set. */
export interface MadeTask extends BatchSource {
  /** What a model must read: a vocabulary, or vectors of that width. */
  readonly input: { readonly vocab: readonly string[] } | { readonly size: number };
  /** What its head must say. */
  readonly output: { readonly classes: number; readonly names: readonly string[] } | { readonly values: number };
  /** T: steps of every sequence. */
  readonly steps: number;
  /** What guessing gets right, as a part of 1; for numbers, the squared error of the best constant. */
  readonly chance: number;
  /** Sequences that no batch contains, or drawn apart from all of them; `held` says which, in words. */
  readonly held: string;
  heldOut(sequences: number): Batch;
  /** One sequence as words, for showing: what is read, and what is asked for at each step (undefined where nothing is). */
  example(k: number): { readonly words: readonly string[]; readonly answers: readonly (string | undefined)[] };
}
