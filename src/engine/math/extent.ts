/** The largest and the smallest magnitude among finite values that are not 0, and whether all values are finite. */
export function extentOf(values: ArrayLike<number>): { largest: number; smallest: number; finite: boolean } {
  let largest = 0;
  let smallest = Infinity;
  let finite = true;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]);
    if (!Number.isFinite(magnitude)) finite = false;
    else if (magnitude > 0) {
      largest = Math.max(largest, magnitude);
      smallest = Math.min(smallest, magnitude);
    }
  }
  return { largest, smallest: largest > 0 ? smallest : 0, finite };
}
