/** Every shader that ships, as kernel × variant × way of sharing: the list that tests walk. */
import { cells } from '../cells';
import { optimizers } from '../optimizers/index';
import type { Neighbours } from './linker';

export interface Permutation {
  /** Path below shaders/. */
  readonly entry: string;
  /** The cell or the optimiser it is made for. */
  readonly variant?: string;
  /** How invocations share what they read: not at all unless said. */
  readonly neighbours?: Neighbours;
}

/** A kernel in each way that its invocations may share what they read. */
function shared(kernel: Permutation): Permutation[] {
  return [kernel, { ...kernel, neighbours: 'quads' }];
}

export const permutations: readonly Permutation[] = [
  ...cells.flatMap(({ name }) => [...shared({ entry: 'kernels/recurrent_forward', variant: name }), ...shared({ entry: 'kernels/recurrent_backward', variant: name })]),
  ...optimizers.map(({ name }) => ({ entry: 'kernels/update', variant: name })),
  { entry: 'kernels/tally' },
  { entry: 'kernels/word_sums' },
  ...shared({ entry: 'kernels/product' }),
  ...shared({ entry: 'kernels/outer_sum' }),
  { entry: 'kernels/cross_entropy' },
  { entry: 'kernels/squared_error' },
  { entry: 'kernels/row_norms' },
  { entry: 'kernels/gather' },
  { entry: 'kernels/extent' },
  { entry: 'kernels/attend_forward' },
  { entry: 'kernels/attend_backward' },
  { entry: 'kernels/attend_weights' },
  { entry: 'kernels/block_linear' },
  { entry: 'kernels/block_read' },
  { entry: 'kernels/norm_forward' },
  { entry: 'kernels/norm_backward' },
  { entry: 'kernels/positions' },
  { entry: 'kernels/position_sums' },
  { entry: 'kernels/convolution_forward' },
  { entry: 'kernels/convolution_backward' },
  { entry: 'kernels/scan_forward' },
  { entry: 'kernels/scan_backward' },
  { entry: 'kernels/linear_scan_forward' },
  { entry: 'kernels/linear_scan_backward' },
  { entry: 'kernels/gates_forward' },
  { entry: 'kernels/gates_backward' },
  { entry: 'kernels/block_drop' },
  { entry: 'kernels/block_pick' },
  { entry: 'kernels/scan_show' },
  { entry: 'paint/heatmap' },
  { entry: 'paint/norms' },
  { entry: 'paint/whole_canvas' },
];
