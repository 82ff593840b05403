/**
 * Jacobians by another road than the engine's: a model's whole run written out again, cell by cell, from the equations
 * alone, and differentiated by central differences in float64 of any of its states by any of its inputs or states.
 */
import { cellNamed, isRecurrent, recurrentLayer, type Model } from '../../src/engine/index';

type Row = Float64Array;

/** One direction's states before and after a step, [S] rows. */
export type States = readonly Row[];

/** The weights of one direction of a layer in float64, as they are. */
export function weightsOf(model: Model, layer: number, suffix = '', m = 0): (kind: string) => Float64Array | undefined {
  return (kind) => {
    const tensor = model.parameters.get(`${kind}_l${layer}${suffix}`);
    if (!tensor) return undefined;
    const count = tensor.data.length / model.shape.seeds.length;
    return Float64Array.from(tensor.data.subarray(m * count, (m + 1) * count));
  };
}

/** A step written out. */
export function stepOnce(model: Model, layer: number, suffix: string, m: number, x: Row, states: States): Row[] {
  const { cell: { name }, hidden, width } = recurrentLayer(model.shape, layer, 'a test of cells');
  const cell = cellNamed(name);
  const weight = weightsOf(model, layer, suffix, m);
  const [w_ih, w_hh, b_ih, b_hh] = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map(weight);
  const gates = cell.gates.length;
  const outer = gates - (cell.inner?.gates ?? 0);
  const line = (w: Row, v: Row, row: number) => v.reduce((sum, value, i) => sum + w[row * v.length + i] * value, 0);
  const a_ih = Array.from({ length: hidden }, (_, j) => cell.gates.map((_gate, g) => line(w_ih!, x, g * hidden + j) + (b_ih?.[g * hidden + j] ?? 0)));
  const a_hh = Array.from({ length: hidden }, (_, j) => cell.gates.map((_gate, g) => line(w_hh!, states[0], g * hidden + j) + (b_hh?.[g * hidden + j] ?? 0)));
  const unitBefore = (j: number) => states.map((row, s) => (s === 0 && width !== hidden ? 0 : row[j]));
  if (cell.inner) {
    const operand = Float64Array.from({ length: hidden }, (_, j) => cell.inner!.operand(a_ih[j].slice(0, outer).map((a, g) => a + a_hh[j][g]), unitBefore(j)));
    for (let j = 0; j < hidden; j++) {
      for (let g = outer; g < gates; g++) a_hh[j][g] = line(w_hh!, operand, g * hidden + j) + (b_hh?.[g * hidden + j] ?? 0);
      for (let g = 0; g < outer; g++) [a_ih[j][g], a_hh[j][g]] = [a_ih[j][g] + a_hh[j][g], 0];
    }
  }
  const unit = (j: number) => (cell.unitParameters ?? []).map((parameter) => weight(`weight_${parameter}`)![j]);
  const steps = Array.from({ length: hidden }, (_, j) => cell.forward(a_ih[j], a_hh[j], unitBefore(j), unit(j)).next);
  const next = cell.states.map((_, s) => Float64Array.from(steps, (values) => values[s]));
  const w_hr = weight('weight_hr');
  if (w_hr) next[0] = Float64Array.from({ length: width }, (_, p) => line(w_hr, next[0], p));
  return next;
}

/** All layers over x (T rows): the last layer's output per step, directions side by side. Initial states are 0. */
export function outputs(model: Model, x: readonly Row[], m = 0): Row[] {
  let read = [...x];
  model.shape.layers.filter(isRecurrent).forEach(({ cell, hidden, width, directions }, layer) => {
    const sides = (directions === 2 ? ['', '_reverse'] : ['']).map((suffix) => {
      const order = read.map((_, n) => (suffix ? read.length - 1 - n : n));
      const out: Row[] = [];
      let states: Row[] = cellNamed(cell.name).states.map((_, s) => new Float64Array(s === 0 ? width : hidden));
      for (const t of order) {
        states = stepOnce(model, layer, suffix, m, read[t], states);
        out[t] = states[0];
      }
      return out;
    });
    read = read.map((_, t) => Float64Array.from(sides.flatMap((side) => [...side[t]])));
  });
  return read;
}

/** ∂f/∂v by central differences: rows of f, columns of v. */
export function differences(f: (v: Row) => Row, v: Row, step = 1e-5): number[][] {
  const columns = Array.from(v, (_, i) => {
    const moved = (by: number) => f(v.map((value, k) => (k === i ? value + by : value)));
    const [up, down] = [moved(step), moved(-step)];
    return Array.from(up, (value, r) => (value - down[r]) / (2 * step));
  });
  return columns[0].map((_, r) => columns.map((column) => column[r]));
}

export function frobeniusOf(matrix: readonly (readonly number[])[]): number {
  return Math.hypot(...matrix.flat());
}

export function productOf(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] {
  return a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
}

/** All singular values, largest first, by Jacobi rotations of the columns (Hestenes 1958): slow and sure. */
export function singularValues(matrix: readonly (readonly number[])[]): number[] {
  const columns = matrix[0].map((_, j) => matrix.map((row) => row[j]));
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  for (let sweep = 0; sweep < 40; sweep++) {
    for (let p = 0; p < columns.length; p++) {
      for (let q = p + 1; q < columns.length; q++) {
        const [alpha, beta, gamma] = [dot(columns[p], columns[p]), dot(columns[q], columns[q]), dot(columns[p], columns[q])];
        if (Math.abs(gamma) <= 1e-16 * Math.sqrt(alpha * beta)) continue;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        const [u, v] = [columns[p], columns[q]];
        columns[p] = u.map((value, i) => c * value - c * t * v[i]);
        columns[q] = v.map((value, i) => c * value + c * t * u[i]);
      }
    }
  }
  return columns.map((column) => Math.hypot(...column)).toSorted((one, other) => other - one);
}
