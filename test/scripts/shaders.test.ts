import { expect, test } from 'vitest';
import { withoutComments } from '../../scripts/shaders.mjs';
import { linkShader } from '../../src/engine/gpu/linker';
import { permutations } from '../../src/engine/gpu/permutations';
import { writtenOut } from '../../src/engine/gpu/written_out';
import { shaderFiles } from '../shaders/all_shaders';

const shipped = new Map([...shaderFiles].map(([file, text]) => [file, withoutComments(text)]));

test('what ships is what was written, on the same lines, without its comments', () => {
  for (const { entry, variant, neighbours } of permutations) {
    const written = writtenOut(linkShader(entry, variant, shaderFiles, neighbours), {});
    const plain = writtenOut(linkShader(entry, variant, shipped, neighbours), {});
    const bare = (code: string) => code.split('\n').map((line) => line.replace(/\/\/.*/, '').trimEnd());
    expect(bare(plain.code), entry).toEqual(bare(written.code));
    const last = plain.code.split('\n').length;
    expect(plain.locate(last), entry).toEqual(written.locate(last));
  }
});

test('no comment is left, and no shader has one of the other kind', () => {
  for (const [file, text] of shipped) {
    expect(text.replaceAll('// written out', ''), file).not.toContain('//');
    expect(text, file).not.toContain('/*');
  }
});
