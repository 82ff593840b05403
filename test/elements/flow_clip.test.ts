/** The clipped curve: cut from above, never lifted, and at its end where float32 is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clippedCurve, clipWords } from '../../src/elements/flow_clip';
import { checkClip } from '../../src/elements/flow_settings';
import type { FlowPicture } from '../../src/elements/flow_measurement';

const linear = (gain: number, back: number) => Float64Array.from({ length: back + 1 }, (_, k) => k * Math.log10(gain));
const words = (rms: Float64Array, clip: number, k: number) => clipWords({ rms } as FlowPicture, clip, k);

describe('the clipped curve', () => {
  it('is never above the threshold and never above what was measured, and touches one of the two', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -37, max: 38, noNaN: true }), { minLength: 1 }), fc.double({ min: 1e-6, max: 1000, noNaN: true }), (values, clip) => {
        clippedCurve(Float64Array.from(values), clip).forEach((log10, k) => {
          expect(log10).toBeLessThanOrEqual(Math.log10(clip));
          expect(log10).toBeLessThanOrEqual(values[k]);
          expect([values[k], Math.log10(clip)]).toContain(log10);
        });
      }),
      { seed: 5 },
    );
  });

  it('is the measured one where that is below the threshold everywhere, exact 0 and all', () => {
    const vanishing = Float64Array.from([-0.1, -3, -30, -400, -Infinity, -Infinity]);
    expect(clippedCurve(vanishing, 1)).toEqual(vanishing);
    expect(clippedCurve(linear(0.9, 200), 1)).toEqual(linear(0.9, 200));
  });

  it('holds 1.1ᵏ at the threshold from the step that passes it', () => {
    expect([...clippedCurve(linear(1.1, 200), 1)]).toEqual(Array.from({ length: 201 }, () => 0));
    const at5 = clippedCurve(linear(1.1, 200), 5);
    expect(at5[16]).toBe(linear(1.1, 16)[16]);
    expect([...at5.subarray(17)]).toEqual(Array.from({ length: 184 }, () => Math.log10(5)));
  });

  it('is no number from where float32 overflows, even where float64 comes back', () => {
    expect([...clippedCurve(Float64Array.from([0, 38.5, 38.6, Infinity, 3]), 1)]).toEqual([0, 0, NaN, NaN, NaN]);
  });
});

describe('the words', () => {
  it('say what is shortened, and that its direction is not touched', () => {
    expect(words(linear(1.1, 200), 1, 30)).toMatch(/^Clipped at 1: at k = 30 a gradient 17 long is shortened to 1; its direction is unchanged\. Each distance/);
    expect(words(linear(1.1, 200), 0.25, 0)).toContain('at k = 0 a gradient 1 long is shortened to 0.25');
  });

  it('say what is left as it is', () => {
    expect(words(linear(1.1, 200), 1, 0)).toContain('at k = 0 the gradient is 1 long and is left as it is');
    expect(words(linear(0.9, 200), 1, 30)).toContain('at k = 30 the gradient is 0.042 long and is left as it is; clipping never lengthens.');
    expect(words(Float64Array.from([0, -Infinity]), 1, 1)).toContain('the gradient is 0 long and is left as it is');
  });

  it('say where float32 has left nothing to scale, before it and beyond, and only if it has', () => {
    expect(words(linear(3, 200), 1, 80)).toContain('is shortened to 1; its direction is unchanged. From k = 81 on it is infinite in float32');
    expect(words(linear(3, 200), 1, 81)).toMatch(/^Clipped at 1: at k = 81 the gradient is infinite in float32, as it is from k = 81 on; there is nothing left to scale\. Each/);
    expect(words(linear(1.1, 200), 1, 200)).not.toContain('float32');
    expect(words(linear(0.5, 200), 1, 200)).not.toContain('float32');
  });
});

it.each([0, 0.25, 1, 1000])('%d is a threshold', (clip) => expect(() => checkClip(clip)).not.toThrow());
it.each([-1, NaN, Infinity, 1001, '"1"', undefined])('%s is none', (clip) => expect(() => checkClip(clip)).toThrow('clip: '));
