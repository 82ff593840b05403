/** Every shader that ships, as kernel × cell: the list that pipelines are made from and that tests walk. */
import { cells } from '../cells';
import type { Cell } from '../cells/cell';

export interface Permutation {
  /** Path below shaders/. */
  readonly entry: string;
  readonly cell?: string;
}

/** The compute kernels that need a cell's rule or its sizes. */
export function kernelsOf(cell: Cell): readonly string[] {
  const shared = ['kernels/initial_state', 'kernels/input_product', 'kernels/recurrent_step', 'kernels/recurrent_persistent'];
  return cell.inner ? [...shared, 'kernels/recurrent_inner'] : shared;
}

export const permutations: readonly Permutation[] = [
  ...cells.flatMap((cell) => kernelsOf(cell).map((entry) => ({ entry, cell: cell.name }))),
  { entry: 'kernels/gather' },
  { entry: 'kernels/extent' },
  { entry: 'paint/heatmap' },
  { entry: 'paint/whole_canvas' },
];
