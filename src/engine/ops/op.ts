/**
 * The contract of an op: one line of a block's program, over whole tensors [M, T, B, width] at once.
 *
 * Where a cell is scalar and the engine owns the time loop, an op owns its own loop over time, or has none: a product is
 * the same at every step, attention looks back at all of them, a scan carries a state from one to the next. What an op is
 * called, what it reads, writes and remembers is said here, once, as data. What it computes is said twice, by each engine
 * for itself: in float64 in src/engine/reference/ops (same file name), and in WGSL below shaders/. The two share no
 * arithmetic.
 *
 * Tensors are named and are written once. An op's backward adds to the gradients of what it reads, so a tensor may be read
 * by any number of steps. Every op is causal: step t sees steps ≤ t. Steps past a sequence's length are 0 in everything
 * that is written, and no gradient flows there.
 *
 * Decoding word by word needs no second program: a run of a few steps that starts from the states the steps before left
 * behind is the same as the end of one long run.
 */
/** What a run must carry on to continue later: the scan's h, the convolution's last inputs, the keys and values of attention. */
export interface OpState {
  readonly name: string;
  /** Numbers per sequence, [M, B, width]; of a growing state per sequence and step so far, [M, B, steps, width]. */
  readonly width: number;
  readonly grows: boolean;
  readonly role: string;
}

/** A tensor that an op does not keep, and makes again when it is looked at: [M, T, B, width]. */
export interface ShownTensor {
  readonly name: string;
  /** Numbers per row; with `perStep` as many for each of the T steps (of attention: one for each key). */
  readonly width: number;
  readonly perStep: boolean;
  /** Whether a backward pass tells ∂loss/∂ it. */
  readonly felt: boolean;
}

/** How wide a tensor, or a part of one, is. */
export type WidthOf = (tensor: string) => number;

/** The shape of a parameter, without the model axis. */
export type ShapeOf = (parameter: string) => readonly number[];

/** An op as data. `Step` is what one line of a program says about it: names and settings. */
export interface Op<Step extends { readonly op: string }> {
  readonly name: Step['op'];
  /** The equation, in the notation of the paper with the step's own field names. */
  readonly equations: readonly string[];
  reads(step: Step): readonly string[];
  writes(step: Step): readonly string[];
  parameters(step: Step): readonly string[];
  states(step: Step, widthOf: WidthOf): readonly OpState[];
  shows(step: Step, widthOf: WidthOf): readonly ShownTensor[];
  /** What is wrong with a step's widths and shapes, in words; undefined when they fit. */
  misfit(step: Step, widthOf: WidthOf, shapeOf: ShapeOf): string | undefined;
}

/** The non-linearities that ops apply to single entries. */
export type Pointwise = 'identity' | 'relu' | 'gelu' | 'silu';
