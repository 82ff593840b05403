/**
 * What a cell does with its recurrent product, found out from the cell itself, so that no cell is a special case: which
 * numbers the product reads (h, or a cell's inner operand), and by what the cell multiplies it before adding it up.
 */
import type { Cell } from '../cells/cell';

/** Whether gate g belongs to the second product of a step, which reads the cell's operand instead of h. */
export function readsOperand({ gates, inner }: Cell, g: number): boolean {
  return g >= gates.length - (inner?.gates ?? 0);
}

/**
 * What w_hh multiplies for gate g, one number per unit.
 * @param saved - [K] rows of H, the gates' total pre-activations first
 * @param previous - [S] rows of H, the states before the step
 */
export function recurrentOperand(cell: Cell, g: number, saved: readonly ArrayLike<number>[], previous: readonly Float64Array[]): Float64Array {
  const { inner, gates } = cell;
  if (!inner || !readsOperand(cell, g)) return previous[0];
  const outer = saved.slice(0, gates.length - inner.gates);
  return previous[0].map((_, j) => inner.operand(outer.map((row) => row[j]), previous.map((state) => state[j])));
}

/**
 * By what a unit multiplies its recurrent product before it enters the total of gate g: 1, or as in the GRU's candidate
 * another gate. A total is linear in the product, so the difference of two calls tells.
 * @param totals - [G] the unit's total pre-activations
 * @param previous - [S] the unit's states before the step
 */
export function recurrentScale(cell: Cell, g: number, totals: readonly number[], previous: readonly number[]): number {
  if (cell.inner && !readsOperand(cell, g)) return 1; // summed by the engine, before the second product
  const { forward, gates } = cell;
  const a_ih = totals.map((total, other) => (other === g ? 0 : total));
  const withProduct = (product: number) => forward(a_ih, gates.map((_, other) => (other === g ? product : 0)), previous).saved[g];
  return withProduct(1) - withProduct(0);
}
