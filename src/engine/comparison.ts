/** What a proof says of one signal: its largest difference from what it is expected to be, and the precision it is held to. */
import type { Direction } from './model/parameters';

/** How far one signal is from the float64 steps, and how far honest arithmetic may be. */
export interface SignalProof {
  readonly name: string;
  /** Of a block a tensor of its program, or what one of its ops shows. */
  readonly kind: 'state' | 'gate' | 'tensor';
  readonly layer: number;
  readonly direction: Direction;
  /** Largest absolute difference; infinite where an entry is not finite. */
  readonly difference: number;
  readonly bound: number;
  /** The entry with the largest difference. */
  readonly at: { readonly model: number; readonly step: number; readonly sequence: number; readonly unit: number };
  /** Within the bound, and exactly 0 at the steps a sequence does not have. */
  readonly holds: boolean;
}

type Numbers = Float32Array | Float64Array;

/** The largest difference between a signal and what it is expected to be. */
export class Comparison {
  #difference = 0;
  #zerosHold = true;
  #at = { model: 0, step: 0, sequence: 0, unit: 0 };

  constructor(
    private readonly values: Numbers,
    private readonly width: number,
  ) {}

  expect(row: number, expected: ArrayLike<number>, place: Omit<SignalProof['at'], 'unit'>): void {
    for (let unit = 0; unit < this.width; unit++) {
      const found = this.values[row * this.width + unit];
      const difference = Number.isFinite(found) ? Math.abs(found - expected[unit]) : Infinity;
      if (difference <= this.#difference) continue;
      this.#difference = difference;
      this.#at = { ...place, unit };
    }
  }

  expectZeros(row: number, place: Omit<SignalProof['at'], 'unit'>): void {
    const zeros = new Float64Array(this.width);
    this.expect(row, zeros, place);
    if (this.values.subarray(row * this.width, (row + 1) * this.width).some((value) => value !== 0)) this.#zerosHold = false;
  }

  verdict(signal: Pick<SignalProof, 'name' | 'kind' | 'layer' | 'direction'>, bound: number): SignalProof {
    return { ...signal, difference: this.#difference, bound, at: this.#at, holds: this.#difference <= bound && this.#zerosHold };
  }
}

export interface Precision {
  /** Half the distance from 1 to the next number. */
  readonly roundoff: number;
  /** How far tanh and σ may be off, absolutely. */
  readonly activation: number;
}

/** The shaders' activations are tested to 1e-6 (WGSL's own tanh would be allowed 1e-5); JavaScript's are good to the last place or two. */
export const precisions: Record<'gpu' | 'cpu', Precision> = {
  gpu: { roundoff: 2 ** -24, activation: 1e-6 },
  cpu: { roundoff: 2 ** -53, activation: 2 ** -50 },
};

/** γ = n·u / (1 − n·u): how far a sum of n products in any order may be off, by the sum of their magnitudes (Higham 2002, §3.1). */
export function gammaOf(n: number, roundoff: number): number {
  return (n * roundoff) / (1 - n * roundoff);
}
