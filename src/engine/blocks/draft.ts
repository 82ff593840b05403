/** A program while it is written: each line adds a step together with what it writes and the parameters it brings along. */
import type { Step } from '../ops';
import type { NormKind } from '../ops/norm';
import type { Pointwise } from '../ops/op';
import { tensor, widthOf, type BlockSignal, type ParameterDeclaration, type Program, type TensorDeclaration } from './program';
import { byFanIn, constant, type Start } from './start';

/** `norm` as an option: how what a sublayer reads is brought to unit size; with `none` there is no residual either. */
export const NORM_OPTIONS: readonly (NormKind | 'none')[] = ['layer', 'rms', 'none'];

export class Draft {
  readonly #tensors: TensorDeclaration[];
  readonly #parameters: ParameterDeclaration[] = [];
  readonly #steps: Step[] = [];

  /** @param x - what the layer reads */
  constructor(x: TensorDeclaration) {
    this.#tensors = [x];
  }

  add(step: Step, writes: readonly TensorDeclaration[], parameters: readonly ParameterDeclaration[] = []): void {
    this.#steps.push(step);
    this.#tensors.push(...writes);
    this.#parameters.push(...parameters);
  }

  /**
   * y = weight · of(x) + bias + plus, drawn as PyTorch draws a Linear's.
   * @param name - of a module with `.weight` and `.bias`, or the two names themselves
   * @returns the name of what is written
   */
  linear(name: string | { weight: string; bias: string }, x: string, y: TensorDeclaration, { bias, of, plus, start, biasStart }: LinearOptions): string {
    const names = typeof name === 'string' ? { weight: `${name}.weight`, bias: `${name}.bias` } : name;
    const [rows, columns] = [widthOf({ tensors: [y] }, y.name), widthOf({ tensors: this.#tensors }, x)];
    this.add({ op: 'linear', x, y: y.name, weight: names.weight, ...(bias && { bias: names.bias }), ...(of && { of }), ...(plus && { plus }) }, [y], [
      { name: names.weight, shape: [rows, columns], start: start ?? byFanIn(columns) },
      ...(bias ? [{ name: names.bias, shape: [rows], start: biasStart ?? byFanIn(columns) }] : []),
    ]);
    return y.name;
  }

  /** @param bias - whether a layer norm has one; `rms` has none. @returns the name of what is written */
  norm(name: string, kind: NormKind, x: string, y: string, bias: boolean): string {
    const width = widthOf({ tensors: this.#tensors }, x);
    const biased = bias && kind === 'layer';
    this.add({ op: 'norm', kind, x, y, weight: `${name}.weight`, ...(biased && { bias: `${name}.bias` }) }, [tensor(y, width)], [
      { name: `${name}.weight`, shape: [width], start: constant(1) },
      ...(biased ? [{ name: `${name}.bias`, shape: [width], start: constant(0) }] : []),
    ]);
    return y;
  }

  /** The program, with the signals that every layer has after those given. @param output - the tensor that the layer hands on */
  finished(output: string, signals: readonly BlockSignal[], equations: readonly string[], mostSteps?: number): Program {
    return {
      tensors: this.#tensors,
      output,
      parameters: this.#parameters,
      steps: this.#steps,
      signals: [
        ...signals,
        { name: 'y', kind: 'output', range: 'unbounded', role: "the layer's output", of: { tensor: output } },
        { name: 'x', kind: 'input', range: 'unbounded', role: 'what the layer reads', of: { tensor: 'x' } },
      ],
      equations,
      mostSteps,
    };
  }
}

export interface LinearOptions {
  readonly bias: boolean;
  readonly of?: Pointwise;
  readonly plus?: string;
  readonly start?: Start;
  readonly biasStart?: Start;
}

