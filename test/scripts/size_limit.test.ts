import type { Manifest } from 'vite';
import { expect, test } from 'vitest';
import { filesOf } from '../../scripts/built_files.mjs';

const chunk = (file: string, imports: string[] = [], dynamicImports: string[] = []) => ({ file, imports, dynamicImports, names: [] });
const manifest: Manifest = {
  'element.ts': chunk('element.js', ['_shared.js', '_errors.js'], ['engine.ts', 'training.ts']),
  'engine.ts': chunk('engine.js', ['_shared.js']),
  'training.ts': chunk('training.js'),
  '_shared.js': chunk('shared.js', ['_errors.js']),
  '_errors.js': chunk('errors.js', ['_shared.js']),
};

test('counted is an entry with all it imports, each once, and nothing that comes on demand', () => {
  expect(filesOf(manifest, ['element.ts'])).toEqual(['element.js', 'shared.js', 'errors.js']);
  expect(filesOf(manifest, ['element.ts', 'engine.ts'])).toEqual(['element.js', 'shared.js', 'errors.js', 'engine.js']);
});

test('an entry that is not in the build is an error, not nothing', () => {
  expect(() => filesOf(manifest, ['element.ts', 'renamed.ts'])).toThrow('the build has no renamed.ts');
});
