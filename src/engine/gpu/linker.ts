/**
 * Joins WGSL files by WESL's import lines (`import package::lib::layer::{Layer, Span};`), so that what ships is plain
 * WGSL and what is written can be read by any WESL tool. Kernels come in variants: `package::cells::cell` is the variant's
 * cell, and `package::cells::inner` its inner product's rule, or that of none; `package::optimizers::optimizer` is its optimiser.
 */
import { EngineError } from '../errors';

/** A complete shader, and where each of its lines was written. */
export interface LinkedShader {
  readonly code: string;
  /** The author's file and line for a 1-based line of `code`. */
  locate(line: number): { file: string; line: number };
}

// `linked` marks the texts whose comments a build leaves out (scripts/shaders.mjs).
const sources: Record<string, string> = import.meta.glob('../../../shaders/**/*.wgsl', { query: '?raw&linked', import: 'default', eager: true });
const root = '../../../shaders/';

/** Every shader file, by its path below shaders/ without ending. */
export const shaderFiles: ReadonlyMap<string, string> = new Map(
  Object.entries(sources).map(([path, text]) => [path.slice(root.length, -'.wgsl'.length), text]),
);

const importLine = /^import package::(.+)::(?:\{(.+)\}|(\w+));$/gm;
const declaration = /^(?:@\S+ )*(?:fn|struct|const|override|alias|var(?:<[^>]*>)?) (\w+)/gm;

/**
 * Links one entry file with all it imports, each module once and before its users.
 * Throws EngineError for a missing file, a name its file does not declare, or a name declared twice.
 */
export function linkShader(entry: string, variant?: string, files: ReadonlyMap<string, string> = shaderFiles): LinkedShader {
  const modules = new Map<string, string>();
  const owners = new Map<string, string>();
  const visit = (path: string, from: string) => {
    const file = resolveVariant(path, variant, files);
    if (modules.has(file)) return file;
    const text = files.get(file);
    if (text === undefined) throw new EngineError('shader', `${from}.wgsl: there is no shaders/${file}.wgsl.`);
    modules.set(file, ''); // in progress: a circle of imports ends here
    for (const [, segments, list, single] of text.matchAll(importLine)) {
      const imported = visit(segments.replaceAll('::', '/'), file);
      const declared = namesIn(files.get(imported)!);
      for (const name of (list ?? single).split(',').map((part) => part.trim())) {
        if (!declared.has(name)) throw new EngineError('shader', `${file}.wgsl: shaders/${imported}.wgsl declares no "${name}".`);
      }
    }
    for (const name of namesIn(text)) {
      if (owners.has(name)) throw new EngineError('shader', `"${name}" is declared in both ${owners.get(name)}.wgsl and ${file}.wgsl.`);
      owners.set(name, file);
    }
    modules.delete(file);
    modules.set(file, text.replace(importLine, '')); // the line stays, empty, so that line numbers hold
    return file;
  };
  visit(entry, entry);

  const parts = [...modules].map(([file, text]) => ({ file, text, lines: text.split('\n').length }));
  return {
    code: parts.map(({ text }) => text).join('\n'),
    locate(line) {
      let first = 1;
      for (const { file, lines } of parts) {
        if (line < first + lines) return { file: `shaders/${file}.wgsl`, line: line - first + 1 };
        first += lines;
      }
      throw new EngineError('shader', `${entry}: line ${line} is past the end of the linked shader.`);
    },
  };
}

/** The file that a path means in a variant. */
export function resolveVariant(path: string, variant: string | undefined, files: ReadonlyMap<string, string>): string {
  if (path === 'cells/cell') return `cells/${variant}`;
  if (path === 'optimizers/optimizer') return `optimizers/${variant}`;
  if (path !== 'cells/inner') return path;
  return files.has(`cells/inner/${variant}`) ? `cells/inner/${variant}` : 'cells/inner/none';
}

function namesIn(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(declaration), ([, name]) => name));
}
