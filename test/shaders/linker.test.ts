/** The linker says the same as WESL's own, and says clearly what is wrong. */
import { link } from 'wesl';
import { describe, expect, it } from 'vitest';
import { linkShader, resolveVariant } from '../../src/engine/gpu/linker';
import { permutations } from '../../src/engine/gpu/permutations';
import { shaderFiles } from './all_shaders';

const files = (entries: Record<string, string>) => new Map(Object.entries(entries));

describe('linkShader', () => {
  it('puts each module once, before its users', () => {
    const { code } = linkShader(
      'top',
      undefined,
      files({
        top: 'import package::left::l;\nimport package::right::r;\nfn main() { l(); r(); }',
        left: 'import package::base::b;\nfn l() { b(); }',
        right: 'import package::base::{b};\nfn r() { b(); }',
        base: 'fn b() {}',
      }),
    );
    expect(code.match(/fn \w+/g)).toEqual(['fn b', 'fn l', 'fn r', 'fn main']);
  });

  it('finds the author’s file and line of every line it wrote', () => {
    const { code, locate } = linkShader('kernels/recurrent_forward', 'lstm');
    code.split('\n').forEach((text, index) => {
      if (!text.trim()) return; // an import line, taken out
      const { file, line } = locate(index + 1);
      const author = shaderFiles.get(file.slice('shaders/'.length, -'.wgsl'.length))!;
      expect(author.split('\n')[line - 1]).toBe(text);
    });
  });

  it('puts directives before everything else, and still finds where they were written', () => {
    const { code, locate } = linkShader('kernels/product', undefined, shaderFiles, 'quads');
    const lines = code.split('\n');
    expect(lines.slice(0, 2)).toEqual(['enable subgroups;', 'diagnostic(off, subgroup_uniformity);']);
    expect(lines.filter((line) => line.startsWith('enable'))).toHaveLength(1);
    for (const [index, text] of lines.entries()) {
      if (!text.trim()) continue;
      const { file, line } = locate(index + 1);
      const author = shaderFiles.get(file.slice('shaders/'.length, -'.wgsl'.length))!;
      expect(author.split('\n')[line - 1]).toBe(text);
    }
  });

  it('puts the permutation’s cell in the place of package::cells::cell', () => {
    expect(linkShader('kernels/recurrent_forward', 'gru').code).toContain('const GATES = 3u;');
    expect(linkShader('kernels/recurrent_forward', 'lstm').code).toContain('const GATES = 4u;');
  });

  it.each([
    ['a file that is not there', { top: 'import package::lost::l;' }, 'top.wgsl: there is no shaders/lost.wgsl'],
    ['a name its file does not declare', { top: 'import package::base::{b, c};', base: 'fn b() {}' }, 'top.wgsl: shaders/base.wgsl declares no "c"'],
    ['a name declared twice', { top: 'import package::base::b;\nfn b() {}', base: 'fn b() {}' }, '"b" is declared in both base.wgsl and top.wgsl'],
  ])('names %s', (_, entries, message) => {
    expect(() => linkShader('top', undefined, files(entries))).toThrow(message);
  });
});

describe('WESL’s own linker', () => {
  it.each(permutations)('accepts $entry $variant $neighbours: every import names something that is there', async ({ entry, variant, neighbours }) => {
    const sources = Object.fromEntries([...shaderFiles].map(([file, text]) => [`${file}.wgsl`, text]));
    const ofVariant = entry === 'kernels/update' ? ['optimizers/optimizer'] : ['cells/cell', 'cells/inner'];
    for (const path of ['lib/neighbours', ...(variant ? ofVariant : [])]) {
      sources[`${path}.wgsl`] = shaderFiles.get(resolveVariant(path, variant, shaderFiles, neighbours))!;
    }
    const linked = await link({ weslSrc: sources, rootModuleName: `package::${entry.replaceAll('/', '::')}` });
    expect(linked.dest).toMatch(/fn main\(/);
  });
});
