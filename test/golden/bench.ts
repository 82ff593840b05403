/** What a case is run on: an engine, parts of an update alone, and the files that lie beside the case. */
import type { Engine, Optimizer, Tensor } from '../../src/engine/index';

/** How one update of given numbers is made. */
export interface UpdateAsked {
  readonly optimizer: Optimizer;
  /** All of the optimiser's own options, by name. */
  readonly settings: Readonly<Record<string, number>>;
  readonly rate: number;
  /** 1 for the first. */
  readonly update: number;
  /** Largest norm of all gradients together. */
  readonly clip: number | undefined;
}

/** A parameter with its gradient, and what the optimiser keeps of it. */
export interface Moved {
  readonly p: ArrayLike<number>;
  readonly d: ArrayLike<number>;
  readonly slots: readonly ArrayLike<number>[];
}

/** Parts of an update as one engine carries them out, on numbers given to them. */
export interface Pieces {
  /** Mean cross-entropy over the rows of logits [rows, classes] whose target is not −1, and its gradient. */
  crossEntropy(logits: Tensor, targets: Int32Array, smoothing: number): Promise<{ readonly loss: number; readonly d_logits: ArrayLike<number> }>;
  /** Clips and updates; `norm` is that of all gradients together, before. */
  update(asked: UpdateAsked, parameters: readonly Moved[]): Promise<{ readonly norm: number; readonly parameters: readonly Omit<Moved, 'd'>[] }>;
}

export interface Bench {
  readonly engine: Engine;
  readonly pieces: Pieces;
  /** The bytes of a file beside the case. Rejects if there is none. */
  file(name: string): Promise<Uint8Array>;
}
