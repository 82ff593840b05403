/** The largest magnitude among finite values, and whether all of them are finite. */
export function extentOf(values: ArrayLike<number>): { largest: number; finite: boolean } {
  let largest = 0;
  let finite = true;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) largest = Math.max(largest, Math.abs(values[i]));
    else finite = false;
  }
  return { largest, finite };
}
