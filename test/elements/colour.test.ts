/** The scales are judged by what they are for: sign told apart by every eye, size told by lightness. */
import { converter, differenceCiede2000, filterDeficiencyDeuter, filterDeficiencyProt, filterDeficiencyTrit, type Color } from 'culori';
import { describe, expect, it } from 'vitest';
import { colourTable, LAST, ZERO, type ColourTable } from '../../src/elements/colour/scale';

const visions: Record<string, (colour: Color) => Color> = {
  normal: (colour) => colour,
  protanopia: filterDeficiencyProt(1),
  deuteranopia: filterDeficiencyDeuter(1),
  tritanopia: filterDeficiencyTrit(1),
};
const difference = differenceCiede2000();
const lightness = converter('oklab');
const colourAt = (table: ColourTable, i: number): Color => ({ mode: 'rgb', r: table[4 * i] / 255, g: table[4 * i + 1] / 255, b: table[4 * i + 2] / 255 });
const lightnesses = (table: ColourTable) => Array.from({ length: LAST + 1 }, (_, i) => lightness(colourAt(table, i)).l);

describe.each([
  ['light', false],
  ['dark', true],
] as const)('on a %s page', (_page, dark) => {
  const signed = colourTable('diverging', dark);
  const zero = LAST / 2;

  it.each(Object.entries(visions))('+v and −v differ by ΔE2000 of at least 25 from a quarter of the range on: %s', (_name, seen) => {
    for (let k = Math.ceil(zero / 4); k <= zero; k++) {
      expect(difference(seen(colourAt(signed, zero + k)), seen(colourAt(signed, zero - k))), `at ${k / zero}`).toBeGreaterThanOrEqual(25);
    }
  });

  it('lightness moves one way from 0 to either end, at equal pace on both sides', () => {
    const light = lightnesses(signed);
    const away = dark ? 1 : -1;
    for (let k = 0; k < zero; k++) {
      expect(away * (light[zero + k + 1] - light[zero + k])).toBeGreaterThan(-1e-9);
      expect(away * (light[zero - k - 1] - light[zero - k])).toBeGreaterThan(-1e-9);
      // A difference of 0.05 is about two steps of a sixteen-step legend.
      expect(Math.abs(light[zero + k] - light[zero - k])).toBeLessThan(0.05);
    }
  });

  it('a gate’s scale moves one way in lightness from 0 to 1', () => {
    const light = lightnesses(colourTable('sequential', dark));
    for (let i = 0; i < LAST; i++) expect((dark ? 1 : -1) * (light[i + 1] - light[i])).toBeGreaterThan(-1e-9);
  });

  it('a scale of magnitudes moves one way in lightness', () => {
    const light = lightnesses(colourTable('magnitude', dark)).slice(ZERO + 1);
    // Neighbours may be nearer than a byte can tell, which is worth up to 0.002.
    for (let i = 1; i < light.length; i++) expect((dark ? 1 : -1) * (light[i] - light[i - 1])).toBeGreaterThan(-1e-3);
  });

  // 5 is twice what is just seen side by side.
  it.each(Object.entries(visions))('exactly 0 is told apart from every magnitude on: %s', (_name, seen) => {
    const table = colourTable('magnitude', dark);
    const nearest = Math.min(...Array.from({ length: LAST }, (_, i) => difference(seen(colourAt(table, ZERO)), seen(colourAt(table, i + 1)))));
    expect(nearest).toBeGreaterThanOrEqual(5);
  });
});

it('ends in the colours a page chose', () => {
  const table = colourTable('diverging', false, { negative: [0, 0, 255], zero: [255, 255, 255], positive: [255, 0, 0] });
  const rgb = (i: number) => [...table.subarray(4 * i, 4 * i + 3)];
  expect([rgb(0), rgb(LAST / 2), rgb(LAST)]).toEqual([[0, 0, 255], [255, 255, 255], [255, 0, 0]]);
});
