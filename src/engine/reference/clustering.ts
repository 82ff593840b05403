/** Rows put in the order of their clusters, in the page's worker or in slices. */
import { clusteredOrder, type Rows } from '../math/clustered_order';
import { inSlices } from './driver';
import { leavePageWorker, pageWorker } from './page_worker';

export interface ClusteringOptions {
  readonly abort?: AbortSignal;
  /** Told the fraction done, 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/** Numbers of the rows in their new order. Rejects with the AbortSignal's reason. */
export async function clusterRows(rows: Rows, { abort, progress }: ClusteringOptions = {}): Promise<Uint32Array> {
  try {
    const worker = await pageWorker();
    abort?.throwIfAborted();
    return await (worker ? worker.cluster(rows, abort ?? new AbortController().signal, progress) : inSlices(clusteredOrder(rows, progress), abort));
  } finally {
    leavePageWorker();
  }
}
