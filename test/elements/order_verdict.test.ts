import { describe, expect, it } from 'vitest';
import { orderVerdict } from '../../src/elements/order_verdict';

describe('two vectors that should tell an order', () => {
  const vector = [0.5, -1.25, 2, 0.125];
  const moved = (by: number) => [0.5 + by, -1.25, 2, 0.125];
  const single = (by: number) => orderVerdict(Float32Array.from(vector), Float32Array.from(moved(by)));
  const double = (by: number) => orderVerdict(Float64Array.from(vector), Float64Array.from(moved(by)));

  it('are exactly the same where every digit is', () => {
    expect(single(0)).toEqual({ finding: 'exactly the same', explanation: '' });
  });

  it('are the same but for rounding where the last digits of what holds them differ', () => {
    expect(single(4.8e-7).finding).toBe('the same but for rounding');
    // ‖v‖ = 2.414, and 4.8e-7 comes to 8 · 2⁻²⁴.
    expect(single(4.8e-7).explanation).toContain('they differ by one part in 5.1 million,');
    expect(double(2e-15).finding).toBe('the same but for rounding');
  });

  it('are apart where float64 has digits left for what float32 has not', () => {
    expect(double(4.8e-7).finding).toBe('4.8·10⁻⁷ apart');
  });

  it.each([
    [1, '1.000 apart'],
    [0.25, '0.250 apart'],
    [0.0625, '0.063 apart'],
    [2 ** -14, '0.000061 apart'],
  ])('are apart by the length of their difference, in plain figures: %d', (by, finding) => {
    expect(single(by).finding).toBe(finding);
  });

  it('are nothing but zeros and still the same', () => {
    expect(orderVerdict(new Float32Array(3), new Float32Array(3)).finding).toBe('exactly the same');
  });
});
