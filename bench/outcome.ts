/** What becomes of a case and of each contender in it. */
import type { Case } from './cases';

/** @template Timing - what is known of one whose numbers are right */
export type Outcome<Timing> =
  | { readonly state: 'timed'; readonly deviation: number; readonly timing: Timing }
  | { readonly state: 'wrong'; readonly deviation: number }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'absent' };

export interface CaseResult<Timing> {
  readonly case: Case;
  /** By the contender's name. */
  readonly outcomes: Readonly<Record<string, Outcome<Timing>>>;
}
