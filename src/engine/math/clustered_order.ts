/**
 * Puts rows side by side that go together: a hierarchical clustering by how rows correlate, its leaves from left to right.
 * The distance of two rows is 1 − r, so that rows that do the opposite are farthest; that of two clusters is the mean over
 * their pairs (UPGMA: Sokal and Michener 1958), merged along nearest-neighbour chains (Murtagh 1983), which takes time
 * with the square of the rows. Each merged pair is turned so that the ends that meet are the most alike. Rows that never
 * change correlate with none, and come last.
 */

/** The rows of a matrix. */
export interface Rows {
  /** [rows, columns]; what is no finite number counts as 0. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Multiply-adds between two pauses: about a millisecond. */
const WORK_PER_PAUSE = 1e6;

/**
 * Numbers of the rows in their new order.
 *
 * @param progress - told the fraction done, 0 to 1, at every pause
 */
export function* clusteredOrder(matrix: Rows, progress: (fraction: number) => void = () => undefined): Generator<void, Uint32Array> {
  const { rows, columns } = matrix;
  const { directions, changing } = directionsOf(matrix);
  const varied = new Set(changing);
  const constant = Array.from({ length: rows }, (_, row) => row).filter((row) => !varied.has(row));
  const distances = yield* distancesOf(directions, changing, columns, progress);
  const leaves = yield* leavesOf(distances, changing.length);
  return Uint32Array.from([...leaves.map((k) => changing[k]), ...constant]);
}

/** Every row about its mean, of length 1: the product of two is their correlation. */
function directionsOf({ values, rows, columns }: Rows): { readonly directions: Float64Array; readonly changing: readonly number[] } {
  const directions = new Float64Array(values.length);
  const changing: number[] = [];
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let mean = 0;
    for (let t = 0; t < columns; t++) mean += finite(values[from + t]) / columns;
    let square = 0;
    for (let t = 0; t < columns; t++) {
      const beyond = finite(values[from + t]) - mean;
      directions[from + t] = beyond;
      square += beyond * beyond;
    }
    // What rounding leaves of a row of equal numbers is no direction.
    if (!(square > 1e-24 * mean * mean * columns)) continue;
    changing.push(row);
    const length = Math.sqrt(square);
    for (let t = 0; t < columns; t++) directions[from + t] /= length;
  }
  return { directions, changing };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** [n, n] 1 − r of the n rows listed. */
function* distancesOf(directions: Float64Array, rows: readonly number[], columns: number, progress: (fraction: number) => void): Generator<void, Float64Array> {
  const n = rows.length;
  const distances = new Float64Array(n * n);
  let work = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [a, b] = [rows[i] * columns, rows[j] * columns];
      let r = 0;
      for (let t = 0; t < columns; t++) r += directions[a + t] * directions[b + t];
      distances[i * n + j] = distances[j * n + i] = 1 - r;
      work += columns;
      if (work < WORK_PER_PAUSE) continue;
      work = 0;
      progress((i * (2 * n - i)) / (n * n));
      yield;
    }
  }
  return distances;
}

/** The leaves of the tree, from left to right. Writes over the distances. */
function* leavesOf(between: Float64Array, n: number): Generator<void, readonly number[]> {
  const apart = between.slice();
  const clusters = new Map<number, readonly number[]>(Array.from({ length: n }, (_, i) => [i, [i]]));
  const chain: number[] = [];
  while (clusters.size > 1) {
    if (chain.length === 0) chain.push(clusters.keys().next().value!);
    const end = chain.at(-1)!;
    const before = chain.at(-2);
    const nearest = nearestOf(end, before, between, n, clusters.keys());
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    merge(Math.min(end, nearest), Math.max(end, nearest), clusters, between, apart, n);
    yield;
  }
  return clusters.values().next().value ?? [];
}

/** The one before in the chain wins a tie, or the chain would never end; then the first. */
function nearestOf(cluster: number, before: number | undefined, between: Float64Array, n: number, candidates: Iterable<number>): number {
  let nearest = before ?? -1;
  let least = before === undefined ? Infinity : between[cluster * n + before];
  for (const other of candidates) {
    if (other === cluster || between[cluster * n + other] >= least) continue;
    least = between[cluster * n + other];
    nearest = other;
  }
  return nearest;
}

/** The second goes into the first, turned to where their ends are most alike. */
function merge(one: number, other: number, clusters: Map<number, readonly number[]>, between: Float64Array, apart: Float64Array, n: number): void {
  const [left, right] = [clusters.get(one)!, clusters.get(other)!];
  const ways = [
    [left, right],
    [left, right.toReversed()],
    [left.toReversed(), right],
    [left.toReversed(), right.toReversed()],
  ] as const;
  const seam = ([a, b]: (typeof ways)[number]) => apart[a.at(-1)! * n + b[0]];
  const best = ways.reduce((least, way) => (seam(way) < seam(least) ? way : least));
  clusters.delete(other);
  for (const third of clusters.keys()) {
    if (third === one) continue;
    const mean = (left.length * between[one * n + third] + right.length * between[other * n + third]) / (left.length + right.length);
    between[one * n + third] = between[third * n + one] = mean;
  }
  clusters.set(one, [...best[0], ...best[1]]);
}
