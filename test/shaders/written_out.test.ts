/** Loops that are written out mean what they meant, and what is wrong in them is named. */
import { describe, expect, it } from 'vitest';
import { linkShader } from '../../src/engine/gpu/linker';
import { writtenOut } from '../../src/engine/gpu/written_out';

const shader = (code: string) => linkShader('top', undefined, new Map([['top', code]]));
const lines = (code: string, sizes: Record<string, number> = {}) => writtenOut(shader(code), sizes).code.split('\n').map((line) => line.trim());

describe('writtenOut', () => {
  it('makes a block of each round, with the counter’s value in its place', () => {
    expect(lines('for (var i = 0u; i < 2u; i++) { // written out\n  sum[i] += v.i * inner[i];\n}')).toEqual(['{', 'sum[0u] += v.i * inner[0u];', '}', '{', 'sum[1u] += v.i * inner[1u];', '}']);
  });

  it('writes out loops within loops', () => {
    const code = ['for (var i = 0u; i < 2u; i++) { // written out', '  for (var j = i; j < 2u; j++) { // written out', '    add(i, j);', '  }', '}'].join('\n');
    expect(lines(code).filter((line) => line.startsWith('add'))).toEqual(['add(0u, 0u);', 'add(0u, 1u);', 'add(1u, 1u);']);
  });

  it('leaves other loops alone', () => {
    const code = 'for (var i = 0u; i < n; i++) {\n  add(i);\n}';
    expect(writtenOut(shader(code), {}).code).toBe(code);
  });

  it('takes sizes from the shader, or from the host in their place', () => {
    const code = 'const ROWS = 3u;\nfor (var r = 0u; r < ROWS; r++) { // written out\n  add(r);\n}';
    expect(lines(code).filter((line) => line.startsWith('add'))).toHaveLength(3);
    expect(lines(code, { ROWS: 1 })).toEqual(['const ROWS = 1u;', '{', 'add(0u);', '}']);
  });

  it('goes to a quotient of sizes', () => {
    const code = 'const ROWS = 3u;\nconst SHARERS = 2u;\nfor (var r = 0u; r < ROWS / SHARERS; r++) { // written out\n  add(r);\n}';
    expect(lines(code, { ROWS: 8 }).filter((line) => line.startsWith('add'))).toEqual(['add(0u);', 'add(1u);', 'add(2u);', 'add(3u);']);
    expect(lines(code).filter((line) => line.startsWith('add'))).toEqual(['add(0u);']);
  });

  it('finds the author’s line of every line it wrote', () => {
    const code = 'before();\nfor (var i = 0u; i < 2u; i++) { // written out\n  add(i);\n}\nafter();';
    const { code: written, locate } = writtenOut(shader(code), {});
    expect(written.split('\n').map((_, i) => locate(i + 1).line)).toEqual([1, 2, 3, 4, 2, 3, 4, 5]);
  });

  it.each([
    ['a size the shader has not', 'const ROWS = 3u;', { COLUMNS: 1 }, 'there is no "const COLUMNS"'],
    ['an end that is no number', 'for (var i = 0u; i < n; i++) { // written out\n}', {}, 'ends at "n"'],
  ])('names %s', (_, code, sizes, message) => {
    expect(() => writtenOut(shader(code), sizes as Record<string, number>)).toThrow(message);
  });
});
