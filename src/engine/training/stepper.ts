/** What an engine offers a trainer: updates, carried out where the weights are. */
import type { CheckedBatch } from './batch';
import type { Snapshot, Tally } from './trainer';

/** What one update needs besides its batches. */
export interface Pass {
  /** 1 for the first. */
  readonly update: number;
  readonly rate: number;
  /** Unsigned 32-bit key of what each batch drops. */
  readonly noise: readonly number[];
}

export interface Stepper {
  /** Compute dispatches of one update; 0 for the reference. */
  readonly dispatches: number;
  /** Queues one update over its batches, whose gradients are averaged. Throws LimitError, DeviceLostError. */
  update(batches: readonly CheckedBatch[], pass: Pass): void;
  /** Settles when everything queued is done. Rejects with DeviceLostError. */
  idle(): Promise<void>;
  /** Tallies of updates done and not yet asked for, oldest first. */
  tallies(): Promise<readonly Tally[]>;
  /** Everything after the last update queued; also tells the model of its parameters. */
  snapshot(): Promise<Snapshot>;
  /** Goes on from a checked snapshot; forgets the updates under way, and tallies not yet asked for. */
  restore(snapshot: Snapshot): void;
  /** What is not finite after an update that was not: `weight_hh_l0`, or a signal and its step. */
  diagnose(): Promise<{ readonly tensor: string; readonly step?: number } | undefined>;
  release(): void;
}
