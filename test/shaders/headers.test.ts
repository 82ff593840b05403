/** Every shader says in its header what it reads and writes; this holds the header against the declarations. */
import { describe, expect, it } from 'vitest';
import { cells } from '../../src/engine';
import { bindingsOf } from '../../src/engine/gpu/kernel';
import { shaderFiles } from './all_shaders';

const kernels = [...shaderFiles].filter(([file]) => file.startsWith('kernels/') || file.startsWith('paint/'));

/** The comment lines at the top of a file. */
function headerOf(text: string): string[] {
  const lines = text.split('\n');
  return lines.slice(0, lines.findIndex((line) => !line.startsWith('//'))).map((line) => line.slice(2));
}

/** Names listed under `reads` or `writes`. */
function namesUnder(header: readonly string[], heading: 'reads' | 'writes'): string[] {
  const start = header.findIndex((line) => line.trim().startsWith(heading));
  if (start < 0) return [];
  const block = [header[start].replace(heading, ' '.repeat(heading.length))];
  for (const line of header.slice(start + 1)) {
    if (!/^ {12}\S/.test(line)) break;
    block.push(line);
  }
  return block.flatMap((line) => /^ {12}(\w+(?:, \w+)*)/.exec(line)?.[1].split(', ') ?? []);
}

describe.each(kernels)('%s', (file, text) => {
  const header = headerOf(text);
  const bindings = bindingsOf(text);

  it('opens with its own name and what it does', () => {
    expect(header[0]).toMatch(new RegExp(`^ ${file.split('/')[1]}\\.wgsl: \\S`));
  });

  it('has one entry point, called main', () => {
    expect(text.match(/^@(compute|vertex|fragment)/gm)).toHaveLength(1);
    expect(text).toMatch(/^fn main\(/m);
  });

  it('lists what it reads and writes as it is bound, and nothing else', () => {
    const named = (type: string) => bindings.filter((binding) => binding.type === type).map(({ name }) => name);
    const isCanvas = file.startsWith('paint/');
    const reads = namesUnder(header, 'reads').filter((name) => name !== 'nothing');
    const writes = isCanvas ? [] : namesUnder(header, 'writes');
    const uniforms = named('uniform');
    for (const name of [...reads, ...writes]) expect(bindings.map((binding) => binding.name)).toContain(name);
    expect(reads).toEqual(expect.arrayContaining(named('read-only-storage')));
    expect(writes.toSorted()).toEqual(named('storage').toSorted());
    expect(bindings.length).toBe(new Set([...uniforms, ...reads, ...writes]).size);
  });

  it('numbers its bindings in order, uniforms first and results last', () => {
    const order = { uniform: 0, 'read-only-storage': 1, storage: 2 } as Record<string, number>;
    expect(bindings.map(({ binding }) => binding)).toEqual(bindings.map((_, i) => i));
    const kinds = bindings.map(({ type }) => order[type]);
    expect(kinds).toEqual([...kinds].toSorted());
  });

  it('stays within the eight storage buffers that every device has', () => {
    expect(bindings.filter(({ type }) => type !== 'uniform').length).toBeLessThanOrEqual(file.startsWith('paint/') ? 4 : 8);
  });
});

describe('a cell’s WGSL', () => {
  it.each(cells.map((cell) => [cell.name, cell] as const))('has the gates, states and saved values of its TypeScript twin: %s', (name, cell) => {
    const text = shaderFiles.get(`cells/${name}`)!;
    const constant = (which: string) => Number(new RegExp(`^const ${which} = (\\d+)u;$`, 'm').exec(text)?.[1]);
    expect(constant('GATES')).toBe(cell.gates.length);
    expect(constant('STATES')).toBe(cell.states.length);
    expect(constant('SAVED')).toBe(cell.saved.length);
    expect(constant('INNER_GATES')).toBe(cell.inner?.gates ?? 0);
    expect(constant('SPLIT_GATES')).toBe(cell.splitGates ?? 0);
    expect(constant('UNIT_PARAMETERS')).toBe(cell.unitParameters?.length ?? 0);
    expect(shaderFiles.has(`cells/inner/${name}`)).toBe(cell.inner !== undefined);
    expect(text).toContain(`Twin of src/engine/cells/${name}.ts`);
  });

  it('exists for every cell, and for nothing else', () => {
    const files = [...shaderFiles.keys()].filter((file) => /^cells\/\w+$/.test(file));
    expect(files.toSorted()).toEqual(cells.map(({ name }) => `cells/${name}`).toSorted());
  });
});
