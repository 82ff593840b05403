/** Every shader that ships, as kernel × cell: the list that tests walk. */
import { cells } from '../cells';

export interface Permutation {
  /** Path below shaders/. */
  readonly entry: string;
  readonly cell?: string;
}

export const permutations: readonly Permutation[] = [
  ...cells.flatMap(({ name }) => [
    { entry: 'kernels/recurrent_forward', cell: name },
    { entry: 'kernels/recurrent_backward', cell: name },
  ]),
  { entry: 'kernels/product' },
  { entry: 'kernels/outer_sum' },
  { entry: 'kernels/cross_entropy' },
  { entry: 'kernels/squared_error' },
  { entry: 'kernels/row_norms' },
  { entry: 'kernels/gather' },
  { entry: 'kernels/extent' },
  { entry: 'paint/heatmap' },
  { entry: 'paint/whole_canvas' },
];
