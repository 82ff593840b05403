/**
 * Joins WGSL files by WESL's import lines (`import package::lib::layer::{Layer, Span};`), so that what ships is plain
 * WGSL and what is written can be read by any WESL tool. Kernels come in variants: `package::cells::cell` is the variant's
 * cell, and `package::cells::inner` its inner product's rule, or that of none; `package::optimizers::optimizer` is its optimiser.
 * `package::lib::neighbours` is one of the ways in which neighbours may share what they read.
 */
import { EngineError } from '../errors';
import { shaderFiles } from './shader_files';

/** A complete shader, and where each of its lines was written. */
export interface LinkedShader {
  readonly code: string;
  /** The author's file and line for a 1-based line of `code`. */
  locate(line: number): { file: string; line: number };
}

/** How invocations share what they read: not at all, or four by four, which takes the device's feature `subgroups`. */
export type Neighbours = 'each' | 'quads';

const importLine = /^import package::(.+)::(?:\{(.+)\}|(\w+));$/gm;
const directiveLine = /^(?:enable|diagnostic)\b.*;$/gm;
const declaration = /^(?:@\S+ )*(?:fn|struct|const|override|alias|var(?:<[^>]*>)?) (\w+)/gm;

/**
 * Links one entry file with all it imports, each module once and before its users.
 * Throws EngineError for a missing file, a name its file does not declare, or a name declared twice.
 */
export function linkShader(entry: string, variant?: string, files: ReadonlyMap<string, string> = shaderFiles, neighbours: Neighbours = 'each'): LinkedShader {
  const modules = new Map<string, string>();
  const owners = new Map<string, string>();
  const directives: { file: string; text: string; lines: number; from: number }[] = [];
  const visit = (path: string, from: string) => {
    const file = resolveVariant(path, variant, files, neighbours);
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
    for (const { index, 0: directive } of text.matchAll(directiveLine)) directives.push({ file, text: directive, lines: 1, from: text.slice(0, index).split('\n').length });
    modules.delete(file);
    modules.set(file, text.replace(importLine, '').replace(directiveLine, '')); // the line stays, empty, so that line numbers hold
    return file;
  };
  visit(entry, entry);

  // Directives stand before everything else.
  const parts = [...directives, ...Array.from(modules, ([file, text]) => ({ file, text, lines: text.split('\n').length, from: 1 }))];
  return {
    code: parts.map(({ text }) => text).join('\n'),
    locate(line) {
      let first = 1;
      for (const { file, lines, from } of parts) {
        if (line < first + lines) return { file: `shaders/${file}.wgsl`, line: line - first + from };
        first += lines;
      }
      throw new EngineError('shader', `${entry}: line ${line} is past the end of the linked shader.`);
    },
  };
}

/** The file that a path means in a variant. */
export function resolveVariant(path: string, variant: string | undefined, files: ReadonlyMap<string, string>, neighbours: Neighbours = 'each'): string {
  if (path === 'lib/neighbours') return `lib/neighbours/${neighbours}`;
  if (path === 'cells/cell') return `cells/${variant}`;
  if (path === 'optimizers/optimizer') return `optimizers/${variant}`;
  if (path !== 'cells/inner') return path;
  return files.has(`cells/inner/${variant}`) ? `cells/inner/${variant}` : 'cells/inner/none';
}

function namesIn(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(declaration), ([, name]) => name));
}
