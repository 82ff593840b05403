import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** What each part may import besides itself; the door is the one file other parts come in by. */
const allowed: Record<string, string[]> = {
  errors: [],
  'engine/math': ['errors'],
  'engine/cells': ['errors', 'engine/math'],
  'engine/ops': ['engine/math', 'engine/cells'],
  'engine/blocks': ['errors', 'engine/math', 'engine/cells', 'engine/ops'],
  'engine/model': ['errors', 'engine/math', 'engine/cells', 'engine/ops', 'engine/blocks'],
  'engine/optimizers': ['errors'],
  'engine/training': ['errors', 'engine/math', 'engine/cells', 'engine/model', 'engine/optimizers', 'face'],
  'engine/tasks': ['errors', 'engine/math', 'engine/training'],
  'engine/reference': ['errors', 'engine/math', 'engine/cells', 'engine/ops', 'engine/blocks', 'engine/model', 'engine/optimizers', 'engine/training', 'face', 'script_url'],
  'engine/gpu': ['errors', 'engine/math', 'engine/cells', 'engine/ops', 'engine/blocks', 'engine/model', 'engine/optimizers', 'engine/training', 'face'],
  face: ['engine/math', 'engine/model', 'engine/training'],
  script_url: [],
  'engine/index': ['errors', 'engine/math', 'engine/cells', 'engine/ops', 'engine/blocks', 'engine/model', 'engine/optimizers', 'engine/training', 'engine/tasks', 'engine/reference', 'engine/gpu', 'face', 'script_url'],
  elements: ['door'],
  lesson: ['door', 'elements'],
  docs: ['door', 'elements'],
  'rnn-heatmap.ts': ['door', 'elements'],
};

function partOf(file: string): string {
  const path = relative(src, file).replaceAll('\\', '/');
  if (path === 'engine/errors.ts') return 'errors';
  if (path === 'engine/engine.ts') return 'face';
  if (path === 'engine/script_url.ts') return 'script_url';
  const inEngine = /^engine\/(math|cells|ops|blocks|model|optimizers|training|tasks|reference|gpu)\//.exec(path);
  if (inEngine) return `engine/${inEngine[1]}`;
  if (path.startsWith('engine/')) return 'engine/index';
  return path.split('/')[0];
}

/** Every address in an import, an export from, or an import(): types are bound by the order too. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]*)['"]/g)].map(([, address]) => address);
}

/** The TypeScript file an address means; undefined for other kinds of file. */
function fileAt(folder: string, address: string): string | undefined {
  const target = resolve(folder, address.replace(/\?.*$/, ''));
  return [`${target}.ts`, join(target, 'index.ts'), target].find((file) => file.endsWith('.ts') && existsSync(file));
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => join(src, file));

test('imports point one way: math ← cells ← model ← reference | gpu ← the door ← elements ← lesson', () => {
  const wrong: string[] = [];
  for (const file of files) {
    const from = partOf(file);
    for (const address of importsOf(readFileSync(file, 'utf8'))) {
      const target = fileAt(dirname(file), address);
      if (target === undefined) continue; // a style sheet, a shader
      const to = partOf(target);
      if (from === to || allowed[from]?.includes(to)) continue;
      if (target === join(src, 'engine/index.ts') && allowed[from]?.includes('door')) continue;
      wrong.push(`${relative(src, file)} imports ${address}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('every part of the tree has its place in the order', () => {
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) expect(Object.keys(allowed)).toContain(partOf(file));
});

test('reference and gpu share no arithmetic', () => {
  const used = (part: string) =>
    files.filter((file) => partOf(file) === part).flatMap((file) => importsOf(readFileSync(file, 'utf8')).map((address) => fileAt(dirname(file), address)).map((target) => target && partOf(target)));
  expect(used('engine/reference')).toContain('engine/model');
  expect(used('engine/reference')).not.toContain('engine/gpu');
  expect(used('engine/gpu')).not.toContain('engine/reference');
});
