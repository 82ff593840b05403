/**
 * Where the worker's script is. The package's one-file build puts a module in this one's place that carries the
 * script's text as well, so that a file which was copied somewhere alone still has a worker.
 */
import address from './reference_worker?worker&url';

export const workerScript: { readonly address: string; readonly text?: string } = { address };
