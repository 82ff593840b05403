/** Which rows of a matrix go together: an order in which those that do stand side by side. */
import type { Rows } from './math/clustered_order';
import type { ClusteringOptions } from './reference/clustering';

/**
 * Numbers of the rows, ordered by how they correlate, as ./math/clustered_order.ts says. Carried out in a worker, or in
 * slices short enough for a page. Rejects with the AbortSignal's reason.
 */
export async function clusteredRows(rows: Rows, options: ClusteringOptions = {}): Promise<Uint32Array> {
  const { clusterRows } = await import('./reference/clustering');
  return clusterRows(rows, options);
}
