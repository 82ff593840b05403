/** The public face of training: one interface, the same over both engines. */
import type { Model } from '../engine';
import type { Parameters } from '../model/parameters';
import type { BatchSource } from './batch';

/** How a model is to be trained. */
export interface TrainerOptions {
  /** Where batches come from: a task, or anything that makes them. */
  readonly task: BatchSource;
  /** Adam at 1e-3 unless given. Options by the names and with the defaults of `torch.optim`. */
  readonly optimizer?: { readonly name: string; readonly lr?: number } & Readonly<Record<string, number | string | boolean | undefined>>;
  /** Constant unless given. */
  readonly schedule?: Schedule;
  /** Largest norm of the whole gradient, per model: each entry is scaled by min(1, clip / (norm + 1e-6)). */
  readonly clip?: number;
  /** Largest magnitude of any entry of the gradient. Not beside `clip`. */
  readonly clipValue?: number;
  /** Batches whose mean gradient makes one update; 1 unless given. */
  readonly accumulate?: number;
  /** How much of the target is spread evenly over all classes; 0 unless given. Cross-entropy only. */
  readonly labelSmoothing?: number;
  /** The final state of a batch, detached, starts the next one (truncated backpropagation through time). */
  readonly carryState?: boolean;
  /** Part of each layer's output, but the last one's, that is dropped while training; 0 unless given. */
  readonly dropout?: number;
  /** Parameters left as they are, and out of the gradient's norm: names without layer and direction (`bias_hh`), or whole (`bias_hh_l0`). */
  readonly frozen?: readonly string[];
  /** Seed of what is dropped; 0 unless given. */
  readonly seed?: number;
}

/** How the learning rate moves. */
export type Schedule =
  | { readonly name: 'constant' }
  | {
      /** From lr down to lr · floor over `updates` along half a cosine, times min(1, update / warmUp). */
      readonly name: 'cosine';
      readonly updates: number;
      /** 0 unless given. */
      readonly floor?: number;
      /** 0 unless given. */
      readonly warmUp?: number;
    };

/** What one update found, before it changed anything. */
export interface Tally {
  /** 1 for the first. */
  readonly update: number;
  /** [M] mean over the update's batches of the mean loss over what was asked for: that whose gradient was taken. */
  readonly loss: Float64Array;
  /** [M] part of what was asked for that was named right, on this update's sequences, which no update had seen before; undefined for squared errors. */
  readonly accuracy: Float64Array | undefined;
  /** [M] norm of the whole gradient, before clipping. */
  readonly gradientNorm: Float64Array;
  /** [M] whether the loss and all gradients were finite numbers. */
  readonly finite: readonly boolean[];
  readonly rate: number;
  /** Steps read, over all sequences and batches, of one model. */
  readonly tokens: number;
}

/** Everything that goes on from one update to the next: enough to go on elsewhere, on the GPU bit for bit, on the reference from float32 (see reference/training_state.ts). */
export interface Snapshot {
  readonly update: number;
  readonly parameters: Parameters;
  /** By the optimiser's names, each in the parameters' names and shapes. */
  readonly slots: ReadonlyMap<string, Parameters>;
  /** Per layer and state [M, D, B, width], where states are carried. */
  readonly carried: readonly (readonly Float32Array[])[] | undefined;
}

export interface StepsOptions {
  readonly abort?: AbortSignal;
  /** Hears of the latest tally now and then. */
  readonly progress?: (latest: Tally, done: number) => void;
  /** Ends early, once the mean accuracy of the last ten updates reaches this in every model. */
  readonly untilAccuracy?: number;
}

/**
 * Trains a model where its weights are. While it does, `model.parameters` are those of the last snapshot; a run brings
 * them up to date first. One trainer at a time: setting the model's parameters, or another trainer, ends this one.
 */
export interface Trainer {
  readonly model: Model;
  /** Updates queued so far, those done before a restored snapshot included. */
  readonly updates: number;
  /** What is known of the updates done, oldest first: all of the last 5,000, and of those before every n-th, so that there are never more than 10,000. A new array when there is something new. */
  readonly tallies: readonly Tally[];
  /** The last snapshot whose numbers were all finite. */
  readonly lastGood: Snapshot;
  /** Compute dispatches of one update; 0 for the reference. */
  readonly dispatches: number;
  /**
   * Queues updates and returns at once; no more than two calls' worth should be under way (see `idle`).
   * Throws OptionError for a batch that does not fit, DivergedError after numbers were found that are not finite, ReleasedError.
   */
  queue(count: number): void;
  /** Settles when everything queued is done. Rejects with DeviceLostError. */
  idle(): Promise<void>;
  /** Brings the tallies up to date with what is done. Rejects with DivergedError if an update met a number that is not finite. */
  collect(): Promise<readonly Tally[]>;
  /** Carries out updates to the end; resolves to the last tally. Takes a snapshot every 5 s on the way. Rejects as the others do, and with the abort's reason; with an AbortError if the trainer was set back meanwhile. */
  steps(count: number, options?: StepsOptions): Promise<Tally>;
  /** Reads everything back once; the model's parameters are then these, unless more was queued meanwhile. */
  snapshot(): Promise<Snapshot>;
  /** Goes on from a snapshot of a trainer like this one. Throws OptionError, ShapeError. */
  restore(snapshot: Snapshot): void;
  /** Goes back to the start. */
  reset(): void;
  /** Ends it; the model is left as the last snapshot has it. */
  release(): void;
  [Symbol.dispose](): void;
}
