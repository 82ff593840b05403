/** Numbers for other programs: every digit that there is and none that there is not, with a plain minus sign. */

/** @param single - it comes from float32, of which no more than nine digits are worth writing */
export function plainNumber(value: number, single: boolean): string {
  if (!single || !Number.isFinite(value)) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
