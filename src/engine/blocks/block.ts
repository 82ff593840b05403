/**
 * The contract of a block: a kind of layer that is described by a program instead of a recurrent cell. A block checks its
 * options and writes the program for them; sizes, buffers, signals, gradients and decoding all follow from that.
 *
 * Adding a block is one file here and one line in ./index.ts, as long as its steps are ops there are.
 */
import type { Program } from './program';

/** Options as a caller writes them beside `block`. */
export type BlockOptions = Readonly<Record<string, unknown>>;

export interface Block {
  /** The name used in models, attributes and files. */
  readonly name: string;
  /** The name people say. */
  readonly title: string;
  /** The options it takes, and what each is for in a few words. */
  readonly options: Readonly<Record<string, string>>;
  /**
   * The program for inputs of this width.
   * Throws OptionError naming the option, what was given and what is allowed.
   * @param layer - how messages name the layer: `layers[0]`
   */
  program(options: BlockOptions, inputs: number, layer: string): Program;
}
