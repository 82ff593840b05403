/** Who takes part, in the order of the tables. */
import type { Contender } from './peers/contender';

export interface Entrant {
  readonly name: string;
  readonly title: string;
  load(): Promise<{ readonly contender: Contender }>;
}

export const OURS = 'ours';

export const entrants: readonly Entrant[] = [
  { name: OURS, title: 'ours', load: () => import('./peers/ours') },
  { name: 'tfjs_webgpu', title: 'TF.js WebGPU', load: () => import('./peers/tfjs_webgpu') },
  { name: 'onnx_webgpu', title: 'ONNX Runtime WebGPU', load: () => import('./peers/onnx_webgpu') },
  { name: 'jax', title: 'jax-js WebGPU', load: () => import('./peers/jax') },
  // For information: the processor without a GPU in between.
  { name: 'tfjs_wasm', title: 'TF.js wasm', load: () => import('./peers/tfjs_wasm') },
  { name: 'onnx_wasm', title: 'ONNX Runtime wasm', load: () => import('./peers/onnx_wasm') },
];

/** Says what is right, and is not timed. */
export const reference: Entrant = { name: 'reference', title: 'reference', load: () => import('./peers/reference') };
