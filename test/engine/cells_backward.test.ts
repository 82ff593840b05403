// Rung 1: a cell's `backward` is the derivative of its `forward`, at ordinary points and where units are latched.
import { describe, expect, test } from 'vitest';
import { cells, type Cell } from '../../src/engine/index';
import { reluSlope, sigmoidSlope, tanhSlope, wideSigmoidSlope } from '../../src/engine/math/activation';
import { normal } from './drawn_case';

interface Unit {
  a_ih: number[];
  a_hh: number[];
  prev: number[];
  unit: number[];
  d_next: number[];
}

function drawnUnit({ gates, states, unitParameters = [] }: Cell, seed: number, reach = 2): Unit {
  const draw = (name: string, count: number) => Array.from(normal([count], seed, name).data, (value) => reach * value);
  return {
    a_ih: draw('a_ih', gates.length),
    a_hh: draw('a_hh', gates.length),
    prev: draw('prev', states.length),
    unit: draw('unit', unitParameters.length),
    d_next: draw('d_next', states.length),
  };
}

/** Three hundred units; of a rectified one those whose kink no difference reaches. */
const ordinary = (cell: Cell) => Array.from({ length: 300 }, (_, seed) => drawnUnit(cell, seed)).filter(({ a_ih, a_hh }) => cell.name !== 'rnn_relu' || Math.abs(a_ih[0] + a_hh[0]) > 0.01);

/** ∂f/∂v by central differences of five points: off by h⁴ f⁗′/30 and by the rounding 2⁻⁵²/h, both below 1e-12 here. */
function differences(v: readonly number[], f: (v: number[]) => number): number[] {
  const h = 1e-3;
  return v.map((_, i) => {
    const at = (steps: number) => f(v.map((value, other) => (other === i ? value + steps * h : value)));
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
  });
}

/** Within 1e-8 of the largest: four decimals below what any wrong sign or missing factor costs, four above the differences' error. */
function expectClose(found: readonly number[], expected: readonly number[], what: string): void {
  const scale = Math.max(...expected.map(Math.abs), 1e-3);
  expect(found.length, what).toBe(expected.length);
  found.forEach((value, i) => expect(Math.abs(value - expected[i]), `${what} ${i}`).toBeLessThan(1e-8 * scale));
}

const dot = (one: readonly number[], other: readonly number[]) => one.reduce((sum, value, i) => sum + value * other[i], 0);

/** A number and its derivative in one direction: forward differentiation, sharing nothing with the cells' rules. */
class Dual {
  constructor(
    readonly value: number,
    readonly slope = 0,
  ) {}
  plus(other: Dual): Dual {
    return new Dual(this.value + other.value, this.slope + other.slope);
  }
  times(other: Dual): Dual {
    return new Dual(this.value * other.value, this.slope * other.value + this.value * other.slope);
  }
}
const σ = ({ value, slope }: Dual) => new Dual(1 / (1 + Math.exp(-value)), slope / (1 + Math.exp(-value)) / (1 + Math.exp(value)));
const tanh = ({ value, slope }: Dual) => new Dual(Math.tanh(value), slope / Math.cosh(value) ** 2);
const wide = ({ value, slope }: Dual) => new Dual(2 * Math.tanh(value / 2), slope / Math.cosh(value / 2) ** 2);
const half = new Dual(0.5);
/** 1 − σ(a), without losing what is left of it. */
const rest = ({ value, slope }: Dual) => σ(new Dual(-value, -slope));

type Equations = (a: Dual[], hh: Dual[], prev: Dual[], unit: Dual[]) => Dual[];
/** Pre-activations without the recurrent half, the half itself; the states after the step. */
const equations: Record<string, Equations> = {
  rnn: ([a], [hh]) => [tanh(a.plus(hh))],
  rnn_relu: ([a], [hh]) => [a.plus(hh).value > 0 ? a.plus(hh) : new Dual(0)],
  rnn_linear: ([a], [hh]) => [a.plus(hh)],
  lstm: ([i, f, g, o], [hi, hf, hg, ho], [, c]) => {
    const next = σ(f.plus(hf)).times(c).plus(σ(i.plus(hi)).times(tanh(g.plus(hg))));
    return [σ(o.plus(ho)).times(tanh(next)), next];
  },
  lstm_peephole: ([i, f, g, o], [hi, hf, hg, ho], [, c], [p_i, p_f, p_o]) => {
    const next = σ(f.plus(hf).plus(p_f.times(c))).times(c).plus(σ(i.plus(hi).plus(p_i.times(c))).times(tanh(g.plus(hg))));
    return [σ(o.plus(ho).plus(p_o.times(next))).times(tanh(next)), next];
  },
  lstm_nofg: ([i, g, o], [hi, hg, ho], [, c]) => {
    const next = c.plus(σ(i.plus(hi)).times(tanh(g.plus(hg))));
    return [σ(o.plus(ho)).times(tanh(next)), next];
  },
  lstm_1997: ([i, g, o], [hi, hg, ho], [, c]) => {
    const next = c.plus(σ(i.plus(hi)).times(wide(g.plus(hg))));
    return [σ(o.plus(ho)).times(half.times(wide(next))), next];
  },
  gru: ([r, z, n], [hr, hz, hn], [h]) => {
    const candidate = tanh(n.plus(σ(r.plus(hr)).times(hn)));
    return [rest(z.plus(hz)).times(candidate).plus(σ(z.plus(hz)).times(h))];
  },
  gru_reset_before: ([, z, n], [, hz, hn], [h]) => [rest(z.plus(hz)).times(tanh(n.plus(hn))).plus(σ(z.plus(hz)).times(h))],
};

/** The gradient of d_next · (the states after the step), by one forward differentiation for each argument. */
function gradientByEquations(name: string, { a_ih, a_hh, prev, unit, d_next }: Unit): number[][] {
  const given = [a_ih, a_hh, prev, unit];
  return given.map((values, which) =>
    values.map((_, i) => {
      const [a, hh, before, own] = given.map((list, other) => list.map((value, k) => new Dual(value, other === which && k === i ? 1 : 0)));
      return dot(equations[name](a, hh, before, own).map(({ slope }) => slope), d_next);
    }),
  );
}

describe.each(cells.map((cell) => [cell.name, cell] as const))('%s', (name, cell) => {
  const backward = ({ a_ih, a_hh, prev, unit, d_next }: Unit) => cell.backward(cell.forward(a_ih, a_hh, prev, unit).saved, prev, d_next, unit);

  test('backward is the derivative of forward: at a_ih, a_hh, the states before and the unit’s own parameters', () => {
    for (const drawn of ordinary(cell)) {
      const { a_ih, a_hh, prev, unit, d_next } = drawn;
      const { d_ih, d_hh, d_prev, d_unit } = backward(drawn);
      expectClose(d_ih, differences(a_ih, (v) => dot(cell.forward(v, a_hh, prev, unit).next, d_next)), 'd_ih');
      expectClose(d_hh, differences(a_hh, (v) => dot(cell.forward(a_ih, v, prev, unit).next, d_next)), 'd_hh');
      expectClose(d_prev, differences(prev, (v) => dot(cell.forward(a_ih, a_hh, v, unit).next, d_next)), 'd_prev');
      expectClose(d_unit, differences(unit, (v) => dot(cell.forward(a_ih, a_hh, prev, v).next, d_next)), 'd_unit');
    }
  });

  test('d_next counts for the cell state what reaches it through h, and for h what was given', () => {
    const g = cell.gates.findIndex((gate) => gate.name === 'g');
    for (const drawn of ordinary(cell)) {
      const { a_ih, a_hh, prev, unit, d_next } = drawn;
      const found = backward(drawn).d_next;
      expect(found[0]).toBe(d_next[0]);
      expect(found.length).toBe(cell.states.length);
      if (g < 0) continue;
      // The candidate reaches the loss through the new cell state alone: ∂L/∂a_g = d_c · ∂c/∂a_g.
      const moved = (v: number[]) => cell.forward(v, a_hh, prev, unit).next;
      const whole = differences(a_ih, (v) => dot(moved(v), d_next))[g];
      const ofCell = differences(a_ih, (v) => moved(v)[1])[g];
      expectClose([found[1] * ofCell], [whole], 'd_next');
    }
  });

  test('a_ih and a_hh have one gradient, but in the gates that are declared split', () => {
    for (const drawn of ordinary(cell)) {
      const { d_ih, d_hh } = backward(drawn);
      const split = cell.gates.length - (cell.splitGates ?? 0);
      expect(d_hh.slice(0, split)).toEqual(d_ih.slice(0, split));
      d_hh.slice(split).forEach((value, i) => expect(value).not.toBe(d_ih[split + i]));
    }
  });

  test('the inner operand’s backward is its derivative, gate and state', () => {
    const { inner } = cell;
    if (!inner) return;
    const outer = cell.gates.length - inner.gates;
    for (const { a_ih, prev, d_next: [d_operand] } of ordinary(cell)) {
      const { d_a, d_prev } = inner.backward(a_ih, prev, d_operand);
      expectClose(d_a, differences(a_ih, (v) => d_operand * inner.operand(v.slice(0, outer), prev)), 'd_a');
      expectClose(d_prev, differences(prev, (v) => d_operand * inner.operand(a_ih.slice(0, outer), v)), 'd_prev');
    }
  });

  test('keeps its digits where units are latched: every entry to 1e-11 of itself, at pre-activations of ±20', () => {
    expect(equations[name], `the equations of ${name}, to be written in this test`).toBeDefined();
    for (let seed = 0; seed < 300; seed++) {
      const drawn = drawnUnit(cell, seed);
      // Gates at ±20, ±15, … and cell states as large; the halves part so that sums have no cancellation of their own.
      const latched = drawn.a_ih.map((value) => 5 * Math.max(-4, Math.min(4, Math.round(2 * value))));
      const point = { ...drawn, a_ih: latched.map((a) => a / 2), a_hh: latched.map((a) => a / 2), prev: drawn.prev.map((value, s) => (s === 0 ? Math.tanh(value) : 3 * value)) };
      const expected = gradientByEquations(name, point);
      const { d_ih, d_hh, d_prev, d_unit } = backward(point);
      [d_ih, d_hh, d_prev, d_unit].forEach((found, which) => {
        found.forEach((value, i) => {
          // Sums of terms of both signs may cancel: their rounding is of the terms, not of the sum.
          const largest = Math.max(Math.abs(expected[which][i]), which > 1 ? 1e-3 * Math.max(...expected[which].map(Math.abs)) : 0);
          expect(Math.abs(value - expected[which][i]), `argument ${which}, entry ${i} of ${expected[which].join(' ')}`).toBeLessThanOrEqual(1e-11 * largest + 1e-300);
        });
      });
    }
  });
});

test('slopes keep all their digits to ±350, where 1 − h² has none left from ±19 on', () => {
  for (let a = -350; a <= 350; a += 0.37) {
    const close = (found: number, expected: number) => expect(Math.abs(found / expected - 1), String(a)).toBeLessThan(1e-13);
    close(tanhSlope(a), 1 / Math.cosh(a) ** 2);
    close(sigmoidSlope(a), 1 / (2 * Math.cosh(a / 2)) ** 2);
    close(wideSigmoidSlope(a), 1 / Math.cosh(a / 2) ** 2);
  }
});

test('the slope of a rectified unit at 0 is 0, as PyTorch has it', () => {
  expect([reluSlope(-1), reluSlope(0), reluSlope(1)]).toEqual([0, 0, 1]);
  const relu = cells.find(({ name }) => name === 'rnn_relu')!;
  expect(relu.backward(relu.forward([1], [-1], [0], []).saved, [0], [3], [])).toMatchObject({ d_ih: [0], d_hh: [0] });
});
