/**
 * Loops over a few registers, written out. A local array that is indexed by a loop's counter lies in memory; indexed by a
 * number it lies in registers, and no shader compiler can be relied on to get from the one to the other (on SwiftShader a
 * sum in a loop takes ten times as long). So a loop that ends in `// written out` becomes as many blocks, and what ships
 * means the same with and without. Sizes that such loops run to are constants of the shader; the host may choose others.
 */
import { EngineError } from '../errors';
import type { LinkedShader } from './linker';

interface Line {
  readonly text: string;
  /** Where it stood before, counted from 1. */
  readonly from: number;
}

const head = /^( *)for \(var (\w+) = (\w+); \2 < (\w+(?: \/ \w+)?); \2\+\+\) \{ \/\/ written out$/;

/**
 * The shader with its marked loops written out.
 * @param sizes - values of its constants that are to be others
 */
export function writtenOut({ code, locate }: LinkedShader, sizes: Readonly<Record<string, number>>): LinkedShader {
  const constants = new Map(Array.from(code.matchAll(/^const (\w+) = (\d+)u;$/gm), ([, name, value]) => [name, Number(value)]));
  for (const [name, value] of Object.entries(sizes)) {
    if (!constants.has(name)) throw new EngineError('shader', `there is no "const ${name}" of which a size could be made.`);
    constants.set(name, value);
  }
  const sized = code.replace(/^const (\w+) = \d+u;$/gm, (line, name: string) => (name in sizes ? `const ${name} = ${sizes[name]}u;` : line));
  const lines = blocksOf(
    sized.split('\n').map((text, i) => ({ text, from: i + 1 })),
    constants,
  );
  return { code: lines.map(({ text }) => text).join('\n'), locate: (line) => locate(lines[line - 1]?.from ?? Infinity) };
}

function blocksOf(lines: readonly Line[], constants: ReadonlyMap<string, number>): Line[] {
  const result: Line[] = [];
  for (let i = 0; i < lines.length; i++) {
    const loop = head.exec(lines[i].text);
    if (!loop) {
      result.push(lines[i]);
      continue;
    }
    const [, indent, counter, first, end] = loop;
    const close = lines.findIndex(({ text }, j) => j > i && text === `${indent}}`);
    const uses = new RegExp(`(?<!\\.)\\b${counter}\\b`, 'g');
    for (let value = numberOf(first, constants); value < boundOf(end, constants); value++) {
      const body = lines.slice(i + 1, close).map(({ text, from }) => ({ text: text.replace(uses, `${value}u`), from }));
      result.push({ text: `${indent}{`, from: lines[i].from }, ...blocksOf(body, constants), lines[close]);
    }
    i = close;
  }
  return result;
}

/** A number, a constant, or a quotient of two: how often one goes into the other as a whole. */
function boundOf(bound: string, constants: ReadonlyMap<string, number>): number {
  const [whole, part = '1u'] = bound.split(' / ');
  return Math.floor(numberOf(whole, constants) / numberOf(part, constants));
}

function numberOf(bound: string, constants: ReadonlyMap<string, number>): number {
  const value = /^\d+u$/.test(bound) ? parseInt(bound, 10) : constants.get(bound);
  if (value === undefined) throw new EngineError('shader', `a loop that is written out ends at "${bound}", which is no number and no constant that is one.`);
  return value;
}
