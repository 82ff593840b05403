/** What an update learns from: sequences, and what the head should say at their steps. */
import type { Tensor } from '../math/tensor';

export interface Batch {
  /** Rows of the embedding [T, B], or vectors [T, B, I]; `lengths` [B] where sequences end early. */
  readonly inputs: ({ readonly tokens: Tensor } | { readonly x: Tensor }) & { readonly lengths?: ArrayLike<number> };
  readonly targets: Targets;
}

/** Classes to be named, learned by cross-entropy; or numbers to be told, learned by their squared error. */
export type Targets =
  | { /** [T, B]; −1 where nothing is asked for. */ readonly classes: Tensor }
  | {
      /** [T, B, C] */
      readonly values: Tensor;
      /** [T, B] of 0 and 1: where they are asked for; everywhere unless given. */
      readonly asked?: Tensor;
    };

/** A source of batches: the k-th depends on k and its own seed alone, so that training can be resumed anywhere. */
export interface BatchSource {
  /** What a model must read, where the source says so: these words, or vectors of that width. */
  readonly input?: { readonly vocab: readonly string[] } | { readonly size: number };
  /** What its head must say, likewise. */
  readonly output?: { readonly classes: number } | { readonly values: number };
  /** Throws OptionError. All batches of a source have one shape. */
  batch(k: number): Batch;
}

/** A checked batch, as both engines take it. */
export interface CheckedBatch {
  readonly steps: number;
  readonly sequences: number;
  readonly lengths: Int32Array | undefined;
  /** [T, B] rows of the embedding. */
  readonly tokens: Int32Array | undefined;
  /** [T, B, I], where there are no tokens. */
  readonly x: Float32Array | undefined;
  /** [T, B], −1 where nothing is asked for; for squared errors 0 and −1. */
  readonly classes: Int32Array;
  /** [T, B, C] numbers to be told; undefined for cross-entropy. */
  readonly values: Float32Array | undefined;
  /** Rows that are asked for: what a mean divides by (and, for squared errors, C). */
  readonly asked: number;
}
