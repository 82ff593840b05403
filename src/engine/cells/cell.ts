/**
 * The contract of a recurrent cell. Everything matrix-shaped is the engine's; everything cell-shaped is here,
 * and is scalar: a cell sees one unit of one sequence at one step, never a matrix, a batch or a time axis.
 *
 *     a_ih = w_ih · x_t + b_ih        for all t at once
 *     a_hh = w_hh · h_{t-1} + b_hh    each t
 *     state_t = forward(a_ih, a_hh, state_{t-1})
 *
 * and backward is the transpose of the same three lines: the cell turns gradients at its new states into gradients at
 * a_ih, a_hh and its old states, and the engine's products do the rest.
 *
 * Each cell is said twice, in TypeScript (float64, here) and in WGSL (shaders/cells/, same name, same line order),
 * and listed once, in ./index.ts.
 */
import type { Activation } from '../math/activation';

/** The values a signal can take: fixed ends, or none known in advance. */
export type Range = readonly [min: number, max: number] | 'unbounded';

export interface Gate {
  /** The field's letter: `i f g o`, `r z n`. */
  readonly name: string;
  /** What turns the saved pre-activation into the gate's value. */
  readonly activation: Activation;
  /** What the gate does, in a few words, for tooltips and menus. */
  readonly role: string;
}

export interface State {
  readonly name: string;
  readonly range: Range;
  readonly role: string;
}

/** Gradients of one unit's step. */
export interface CellGradient {
  /** [G] at a_ih. */
  d_ih: number[];
  /** [G] at a_hh. */
  d_hh: number[];
  /** [S] at the states before the step, not counting what flows through a_hh. */
  d_prev: number[];
  /** [S] total gradients at the states after the step: what was given, and what reaches one state through another. */
  d_next: number[];
  /** [U] at the per-unit parameters. */
  d_unit: number[];
}

/** One unit's step: the new states, and what backward will need. */
export interface CellStep {
  next: number[];
  saved: number[];
}

export interface Cell {
  /** The name used in models, attributes and files. */
  readonly name: string;
  /** The name people say. */
  readonly title: string;
  /** Gates in stacking order: the row blocks of `w_ih`, `w_hh` and the biases. */
  readonly gates: readonly Gate[];
  /** States, the layer's output `h` first. */
  readonly states: readonly State[];
  /**
   * What a step leaves behind, by name. The first entries are the gates' total pre-activations in stacking order:
   * the engine stores them over `a_ih`, and a gate's value is its activation of its own.
   */
  readonly saved: readonly string[];
  /** The gate, a σ, that multiplies a unit's own old state to carry it on: f of the LSTM, z of the GRU. Left out where there is none. */
  readonly keeps?: string;
  /** Parameters of one number per unit (peepholes); their names follow `weight_` in files. */
  readonly unitParameters?: readonly string[];
  /** How many gates, the last ones, have an a_hh that enters otherwise than as a summand beside a_ih; 0 unless given. */
  readonly splitGates?: number;
  /** The equations, one a line, in the notation of the original paper with our names. */
  readonly equations: readonly string[];
  /**
   * For cells with a second recurrent product inside the step: the last `gates` gates multiply `operand` instead of
   * h_{t-1}. `a` holds the total pre-activations of the gates before them, and to `forward` those come as
   * a_ih = total, a_hh = 0.
   */
  readonly inner?: {
    readonly gates: number;
    operand(a: readonly number[], prev: readonly number[]): number;
    /** What the gradient at the operand adds to the gradients at `a` [G] and at the states before [S]. */
    backward(a: readonly number[], prev: readonly number[], d_operand: number): { d_a: number[]; d_prev: number[] };
  };
  /**
   * Advances one unit by one step.
   * @param a_ih - [G] what the input sends to each gate, bias included
   * @param a_hh - [G] what the previous hidden state sends to each gate, bias included
   * @param prev - [S] this unit's states before the step
   * @param unit - [U] this unit's own parameters
   */
  forward(a_ih: readonly number[], a_hh: readonly number[], prev: readonly number[], unit: readonly number[]): CellStep;
  /**
   * The transpose of `forward` at the step it took.
   * @param saved - [K] what the step left behind
   * @param prev - [S] the states before it
   * @param d_next - [S] gradients at the states after it
   */
  backward(saved: readonly number[], prev: readonly number[], d_next: readonly number[], unit: readonly number[]): CellGradient;
}
