/**
 * What the numbers of a matrix say about themselves: how far they span, and where they left what a float32 holds. A
 * state overflows from some step on, a gradient from some step back: beyond it nothing can be trusted, and a gradient
 * that has become too small to hold is 0 without being none.
 */
import { columnName } from './heatmap_labels';
import type { Matrix } from './matrix';
import type { EntryAt } from './paint/canvas_painter';

export interface Survey {
  /** Logarithms of the smallest magnitude above 0 and of the largest; +∞ and −∞ where there are only zeros. */
  readonly least: number;
  readonly most: number;
  /** In words; empty if all is well. */
  readonly remark: string;
}

/** What is smaller may have come to 0 by one more step. */
export const NEARLY_NOTHING = 1e-30;

export function surveyOf(matrix: Matrix, at: EntryAt): Survey {
  let [least, most] = [Infinity, -Infinity];
  const largest = new Float64Array(matrix.columns);
  const broken: boolean[] = Array.from({ length: matrix.columns }, () => false);
  let wide = false;
  for (let column = 0; column < matrix.columns; column++) {
    for (let row = 0; row < matrix.rows; row++) {
      const value = Math.abs(at(row, column));
      const log = matrix.log10 ? matrix.log10(row, column) : Math.log10(value);
      if (!Number.isFinite(value) && !matrix.log10) broken[column] = true;
      else if (!Number.isFinite(Math.fround(value)) && !matrix.log10) wide = true;
      else {
        largest[column] = Math.max(largest[column], value);
        if (log > -Infinity) [least, most] = [Math.min(least, log), Math.max(most, log)];
      }
    }
  }
  const remarks = [brokenRemark(matrix, broken), vanishedRemark(matrix, largest), wide && 'Entries beyond 3.4e38 are striped.'];
  return { least, most, remark: remarks.filter(Boolean).join(' ') };
}

function brokenRemark(matrix: Matrix, broken: readonly boolean[]): string {
  if (!broken.includes(true)) return '';
  if (!matrix.flow) return 'Some entries are not finite numbers and are striped.';
  const forward = matrix.flow === 'forward';
  const column = forward ? broken.indexOf(true) : broken.lastIndexOf(true);
  return `${nameOf(matrix)} reached 3e38, the most that float32 holds, at ${columnName(matrix, column)}; nothing ${forward ? 'after' : 'before'} it can be trusted.`;
}

/** Only on the way back from a loss: a state may well be 0. */
function vanishedRemark(matrix: Matrix, largest: Float64Array): string {
  if (matrix.flow !== 'backward') return '';
  const last = largest.findLastIndex((value) => value > 0);
  const gone = largest.subarray(0, Math.max(0, last)).findLastIndex((value) => value === 0);
  if (gone < 0 || largest[gone + 1] > NEARLY_NOTHING) return '';
  return `${nameOf(matrix)} fell below what float32 holds (1e−45) at ${columnName(matrix, gone)}; there and before it 0 stands for less than that.`;
}

function nameOf({ title }: Matrix): string {
  return title.split(',')[0];
}
