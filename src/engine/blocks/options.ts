/** Reads a block's options one by one. Each throws OptionError naming the option, what was given and what is allowed. */
import { OptionError } from '../errors';
import type { Block, BlockOptions } from './block';

/** Options of one layer, as they are read. */
export class OptionReader {
  constructor(
    private readonly given: BlockOptions,
    /** How messages name the layer. */
    readonly layer: string,
  ) {}

  /** Whether an option was given at all. */
  has(option: string): boolean {
    return this.given[option] !== undefined;
  }

  /** A whole number of at least `least`. */
  wholeNumber(option: string, fallback: number, least = 1, most = 65_535): number {
    const value = this.given[option] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.refuse(option, `${String(value)} given; it must be a whole number from ${least} to ${most.toLocaleString('en')}`);
  }

  /** A number above 0, or undefined where none is given. */
  positive(option: string, most: number): number | undefined {
    const value = this.given[option];
    if (value === undefined || (typeof value === 'number' && value > 0 && value <= most)) return value;
    return this.refuse(option, `${String(value)} given; it must be a number above 0 and at most ${most}`);
  }

  flag(option: string, fallback: boolean): boolean {
    const value = this.given[option] ?? fallback;
    return typeof value === 'boolean' ? value : this.refuse(option, `${String(value)} given; it must be true or false`);
  }

  oneOf<Word extends string>(option: string, words: readonly Word[], fallback: Word): Word {
    const value = this.given[option] ?? fallback;
    return words.find((word) => word === value) ?? this.refuse(option, `"${String(value)}" given; it must be one of ${words.join(', ')}`);
  }

  refuse(option: string, problem: string): never {
    throw new OptionError(`${this.layer}.${option}`, `${this.layer}.${option}: ${problem}.`);
  }
}

/** Opens the options of a layer, and refuses those the block does not take. */
export function readOptions({ title, options }: Block, given: BlockOptions, layer: string): OptionReader {
  const reader = new OptionReader(given, layer);
  const unknown = Object.keys(given).find((option) => option !== 'block' && given[option] !== undefined && !Object.hasOwn(options, option));
  if (unknown !== undefined) reader.refuse(unknown, `${title} has no such option; it has ${Object.keys(options).join(', ')}`);
  return reader;
}

/** Whatever a width is said to be, no more numbers are tried than anybody would use. */
const MOST_TRIED = 4096;

/** The width of each of `count` equal pieces. Throws OptionError naming the counts that would do. */
export function pieceWidth(options: OptionReader, option: string, whole: number, count: number): number {
  if (whole % count === 0) return whole / count;
  const divisors = Array.from({ length: Math.min(whole, MOST_TRIED) }, (_, i) => i + 1).filter((i) => whole % i === 0);
  return options.refuse(option, `${count} given, which does not divide the width ${whole}; use one of ${divisors.join(', ')}${whole > MOST_TRIED ? ' …' : ''}`);
}
