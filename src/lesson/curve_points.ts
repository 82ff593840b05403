/** From what is known of single updates to a curve that can be drawn and a table that can be read. */
import type { Tally } from '../engine';

/** One learner of a chart. */
export interface Learner {
  readonly name: string;
  /** The cell whose colour it has. */
  readonly cell: string;
  readonly tallies: readonly Tally[];
}

export type Measure = 'loss' | 'accuracy';

/** Means over stretches of updates, at the last update of each; accuracies over no fewer than ten. */
export interface CurvePoints {
  readonly updates: readonly number[];
  readonly values: readonly number[];
}

/** So many points are as fine as a chart is wide. */
const POINTS = 240;
const FEWEST_FOR_ACCURACY = 10;

/** The mean over all networks that learn side by side. Stretches begin at update 1, so that learners share theirs. */
export function curvePoints(tallies: readonly Tally[], measure: Measure, most = lastUpdate(tallies)): CurvePoints {
  const stretch = Math.max(measure === 'accuracy' ? FEWEST_FOR_ACCURACY : 1, Math.ceil(most / POINTS));
  const [updates, values]: [number[], number[]] = [[], []];
  let [sum, count, end] = [0, 0, 0];
  const close = (update: number) => {
    if (count === 0) return;
    updates.push(update);
    values.push(sum / count);
    [sum, count] = [0, 0];
  };
  for (const tally of tallies) {
    const numbers = tally[measure];
    if (!numbers) continue;
    const next = Math.ceil(tally.update / stretch) * stretch;
    if (next !== end) close(end);
    end = next;
    sum += mean(numbers);
    count++;
  }
  // The last stretch is drawn once it is whole: half of one would jump.
  const last = tallies[tallies.length - 1];
  if (last && last.update === end) close(end);
  return { updates, values };
}

export function lastUpdate(tallies: readonly Tally[]): number {
  return tallies[tallies.length - 1]?.update ?? 0;
}

/** Curves with their points on one axis of updates; null where one has none. */
export function aligned(curves: readonly CurvePoints[]): { readonly updates: number[]; readonly values: (number | null)[][] } {
  const updates = [...new Set(curves.flatMap((curve) => curve.updates))].toSorted((one, other) => one - other);
  const row = new Map(updates.map((update, at) => [update, at]));
  const values = curves.map((curve) => {
    const column: (number | null)[] = updates.map(() => null);
    curve.updates.forEach((update, k) => (column[row.get(update)!] = curve.values[k]));
    return column;
  });
  return { updates, values };
}

/** The first update at which the mean accuracy of the last ten of that network was as high; undefined where it was not. */
export function solvedAt(tallies: readonly Tally[], model: number, accuracy = 0.98, window = 10): number | undefined {
  let sum = 0;
  for (let k = 0; k < tallies.length; k++) {
    sum += tallies[k].accuracy?.[model] ?? 0;
    if (k >= window) sum -= tallies[k - window].accuracy?.[model] ?? 0;
    // A part of 1 in ten parts of a batch: sums of these are exact enough to compare.
    if (k >= window - 1 && sum >= accuracy * window - 1e-9) return tallies[k].update;
  }
  return undefined;
}

/** The middle one, or the mean of the middle two; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return sorted.length === 0 ? undefined : (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

/** Wilson's interval of a share, at 95 %: what so few runs can say. */
export function interval(hits: number, runs: number): readonly [number, number] {
  if (runs === 0) return [0, 1];
  const z = 1.96;
  const share = hits / runs;
  const middle = (share + (z * z) / (2 * runs)) / (1 + (z * z) / runs);
  const half = (z * Math.sqrt((share * (1 - share)) / runs + (z * z) / (4 * runs * runs))) / (1 + (z * z) / runs);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
