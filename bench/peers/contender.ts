/** What takes part in a comparison: one interface over every library, and over the reference that says what is right. */
import type { ForwardCase, ProductCase, TrainingCase } from '../cases';

/** Carries out a case once, from data on the host; resolves to the result on the host. */
export type Work = () => Promise<ArrayLike<number>>;

/**
 * A library as its users would call it. Each method makes everything ready that a user keeps between calls (weights on
 * the device, a session) and returns the work; undefined, or no method, where the library has no such thing.
 */
export interface Contender {
  forward?(what: ForwardCase): Promise<Work | undefined>;
  /** Each call of the work is the next update, on the next batch. */
  training?(what: TrainingCase): Promise<Work | undefined>;
  product?(what: ProductCase): Promise<Work>;
}
