/**
 * Where else the same rows do the same, as LSTMVis asks (Strobelt et al. 2018): the rows that stay beyond a threshold
 * throughout a chosen span, each on its own side of 0, and the other spans of the same length in which most of them do.
 */
import type { EntryAt, Span } from './paint/cell_colours';

export interface AlikeQuestion {
  readonly at: EntryAt;
  readonly rows: number;
  readonly columns: number;
  /** Rows to look at; none stands for all. */
  readonly chosen: readonly number[];
  readonly span: Span;
  readonly threshold: number;
}

export interface AlikeSpan {
  readonly span: Span;
  /** How much of it is alike: the share of the rows beyond the threshold, over its columns. */
  readonly share: number;
}

export interface AlikeAnswer {
  /** The rows that stay beyond the threshold throughout the chosen span. */
  readonly rows: readonly number[];
  /** The most alike first. */
  readonly spans: readonly AlikeSpan[];
}

/** What is less alike than this is not. */
const LEAST_SHARE = 0.5;
const MOST_SPANS = 20;

export function findAlike({ at, rows, columns, chosen, span, threshold }: AlikeQuestion): AlikeAnswer {
  const candidates = chosen.length > 0 ? chosen : Array.from({ length: rows }, (_, row) => row);
  const judged = candidates.map((row) => ({ row, side: sideOf(at, row, span, threshold) })).filter(({ side }) => side !== 0);
  if (judged.length === 0) return { rows: [], spans: [] };
  const beyond = Float64Array.from({ length: columns }, (_, column) => judged.filter(({ row, side }) => side * at(row, column) >= threshold).length / judged.length);
  return { rows: judged.map(({ row }) => row), spans: mostAlike(beyond, span) };
}

/** On which side of 0 a row stays beyond the threshold throughout; 0 if it does not. */
function sideOf(at: EntryAt, row: number, [first, last]: Span, threshold: number): -1 | 0 | 1 {
  const side = at(row, first) < 0 ? -1 : 1;
  for (let column = first; column <= last; column++) if (!(side * at(row, column) >= threshold)) return 0;
  return side;
}

/** Spans of that length which do not overlap it or one another, the most alike first; the earlier one where two are equally so. */
function mostAlike(share: Float64Array, [first, last]: Span): readonly AlikeSpan[] {
  const length = last - first + 1;
  const sums = new Float64Array(share.length + 1);
  share.forEach((part, column) => (sums[column + 1] = sums[column] + part));
  const starts = Array.from({ length: Math.max(0, share.length - length + 1) }, (_, start) => ({ start, share: (sums[start + length] - sums[start]) / length }))
    .filter((candidate) => candidate.share >= LEAST_SHARE && Math.abs(candidate.start - first) >= length)
    .toSorted((one, other) => other.share - one.share || one.start - other.start);
  const taken = new Uint8Array(share.length);
  const found: AlikeSpan[] = [];
  for (const { start, share: alike } of starts) {
    if (found.length === MOST_SPANS) break;
    if (taken.subarray(start, start + length).includes(1)) continue;
    taken.fill(1, start, start + length);
    found.push({ span: [start, start + length - 1], share: alike });
  }
  return found;
}
