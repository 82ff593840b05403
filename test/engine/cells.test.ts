import { describe, expect, test } from 'vitest';
import { cells, type Cell } from '../../src/engine/index';
import { activations } from '../../src/engine/math/activation';
import { normal } from './drawn_case';

// Written from the papers' equations with the exponential alone, so that they share nothing with the cells.
const σ = (a: number) => 1 / (1 + Math.exp(-a));
const tanh = (a: number) => 2 * σ(2 * a) - 1;
const gru = ([ir, iz, in_]: number[], [hr, hz, hn]: number[], [h]: number[]) => {
  const z = σ(iz + hz);
  return [z * h + tanh(in_ + hn * σ(ir + hr)) * (1 - z)];
};
const closedForms: Record<string, (a_ih: number[], a_hh: number[], prev: number[], unit: number[]) => number[]> = {
  rnn: ([i], [h]) => [tanh(i + h)],
  rnn_relu: ([i], [h]) => [(i + h + Math.abs(i + h)) / 2],
  lstm: ([ii, fi, gi, oi], [ih, fh, gh, oh], [, c]) => {
    const next = σ(fi + fh) * c + σ(ii + ih) * tanh(gi + gh);
    return [σ(oi + oh) * tanh(next), next];
  },
  rnn_linear: ([i], [h]) => [i + h],
  lstm_peephole: ([ii, fi, gi, oi], [ih, fh, gh, oh], [, c], [p_i, p_f, p_o]) => {
    const next = σ(fi + fh + p_f * c) * c + σ(ii + ih + p_i * c) * tanh(gi + gh);
    return [σ(oi + oh + p_o * next) * tanh(next), next];
  },
  lstm_nofg: ([ii, gi, oi], [ih, gh, oh], [, c]) => {
    const next = c + σ(ii + ih) * tanh(gi + gh);
    return [σ(oi + oh) * tanh(next), next];
  },
  lstm_1997: ([ii, gi, oi], [ih, gh, oh], [, c]) => {
    const next = c + σ(ii + ih) * (4 * σ(gi + gh) - 2);
    return [σ(oi + oh) * (2 * σ(next) - 1), next];
  },
  gru,
  // Its product has seen the reset already, so the candidate is a plain sum.
  gru_reset_before: ([ir, iz, in_], [hr, hz, hn], prev) => gru([ir + hr, iz + hz, in_ + hn], [0, 0, 0], prev),
};

/** Three hundred units with ordinary numbers. */
const units = ({ gates, states, unitParameters = [] }: Cell) =>
  Array.from({ length: 300 }, (_, seed) => {
    const draw = (name: string, count: number) => Array.from(normal([count], seed, name).data, (value) => 2 * value);
    return { a_ih: draw('a_ih', gates.length), a_hh: draw('a_hh', gates.length), prev: draw('prev', states.length), unit: draw('unit', unitParameters.length) };
  });

describe.each(cells.map((cell) => [cell.name, cell] as const))('%s', (name, cell) => {
  test('computes the equations of its paper', () => {
    const closedForm = closedForms[name];
    expect(closedForm, `an independent form of ${name}, to be written in this test`).toBeDefined();
    for (const { a_ih, a_hh, prev, unit } of units(cell)) {
      const { next } = cell.forward(a_ih, a_hh, prev, unit);
      // Two float64 forms of the same dozen operations: a few units in the last place of numbers up to 10.
      closedForm(a_ih, a_hh, prev, unit).forEach((value, s) => expect(Math.abs(next[s] - value)).toBeLessThan(1e-13));
    }
  });

  test('saves the gates’ pre-activations first, each moving one for one with what the input sends', () => {
    expect(cell.saved.slice(0, cell.gates.length)).toEqual(cell.gates.map((gate) => `a_${gate.name}`));
    for (const { a_ih, a_hh, prev, unit } of units(cell)) {
      const { saved } = cell.forward(a_ih, a_hh, prev, unit);
      expect(saved.length).toBe(cell.saved.length);
      cell.gates.forEach((_, g) => {
        const moved = cell.forward(a_ih.map((a, other) => (other === g ? a + 1 : a)), a_hh, prev, unit).saved;
        expect(moved[g] - saved[g]).toBeCloseTo(1, 12);
      });
    }
  });

  test('has in its gates all it needs of the product: the same totals give the same states', () => {
    if (cell.saved.length > cell.gates.length) return; // keeps a part of the product besides (the GRU's U·h)
    for (const { a_ih, a_hh, prev, unit } of units(cell)) {
      const { next, saved } = cell.forward(a_ih, a_hh, prev, unit);
      const nothing = { ofProduct: saved.map(() => 0), ofUnit: unit.map(() => 0) }; // a total has seen both already
      expect(cell.forward(saved, nothing.ofProduct, prev, nothing.ofUnit).next).toEqual(next);
    }
  });

  test('stays finite, and within its stated ranges, at pre-activations of ±1e4', () => {
    const ends = [-1e4, -89, -1, 0, 1, 89, 1e4];
    for (let draw = 0; draw < 500; draw++) {
      const pick = (what: string, count: number) => Array.from(normal([count], draw, what).data, (value) => ends[Math.abs(Math.trunc(value * 1000)) % ends.length]);
      const prev = pick('state', cell.states.length).map((value, s) => (cell.states[s].range === 'unbounded' ? value : Math.sign(value)));
      const { next, saved } = cell.forward(pick('a_ih', cell.gates.length), pick('a_hh', cell.gates.length), prev, pick('unit', cell.unitParameters?.length ?? 0).map(Math.sign));
      for (const value of [...next, ...saved]) expect(value).toSatisfy(Number.isFinite);
      cell.states.forEach(({ range }, s) => {
        if (range === 'unbounded') return;
        expect(next[s]).toBeGreaterThanOrEqual(range[0]);
        expect(next[s]).toBeLessThanOrEqual(range[1]);
      });
    }
  });

  test('names every gate and state once, and has an equation for each', () => {
    const names = [...cell.gates, ...cell.states].map((part) => part.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name: state } of cell.states) expect(cell.equations.some((line) => line.startsWith(`${state}' = `))).toBe(true);
  });
});

test('activations are the closed forms, without overflow anywhere', () => {
  for (const a of [-1e308, -1e4, -745, -3, -1e-9, 0, 1e-9, 3, 745, 1e4, 1e308]) {
    expect(activations.sigmoid(a)).toBeCloseTo(a < -700 ? 0 : σ(a), 15);
    expect(activations.tanh(a)).toBeCloseTo(Math.abs(a) > 700 ? Math.sign(a) : tanh(a), 15);
    expect(activations.relu(a)).toBe(a > 0 ? a : 0);
    expect(activations.identity(a)).toBe(a);
    expect(activations.wideSigmoid(a)).toBeCloseTo(a < -700 ? -2 : 4 * σ(a) - 2, 14);
  }
});
