/** Rows (t, b) by the token that each reads, as shaders/kernels/outer_sum.wgsl adds them up. */

/** Entries that tokens take with what `tokenRows` says of them. */
export function tokenRowsEntries(rows: number, vocabulary: number): number {
  return 2 * rows + vocabulary + 1;
}

/** The tokens; then the rows in the order of their tokens, the first of each token first; then where those of each token begin, and the last ones end. */
export function tokenRows(tokens: Int32Array, vocabulary: number): Int32Array<ArrayBuffer> {
  const rows = tokens.length;
  const result = new Int32Array(tokenRowsEntries(rows, vocabulary));
  result.set(tokens);
  const begins = result.subarray(2 * rows);
  for (const token of tokens) begins[token + 1]++;
  for (let token = 0; token < vocabulary; token++) begins[token + 1] += begins[token];
  const next = begins.slice();
  tokens.forEach((token, row) => (result[rows + next[token]++] = row));
  return result;
}
