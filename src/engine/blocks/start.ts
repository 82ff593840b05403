/** How parameters are drawn at the start, in the words and the distributions of the published implementations. */
import { normalStream } from '../math/random';

/** A distribution of initial values. */
export interface Start {
  readonly words: string;
  /** Opens a stream of values from uniform numbers in [0, 1); the argument of what it returns is the entry's place in the parameter. */
  open(uniform: () => number): (index: number) => number;
}

export function constant(value: number): Start {
  return { words: String(value), open: () => () => value };
}

export function uniform(reach: number): Start {
  return { words: `uniform in ±${reach.toPrecision(3)}`, open: (draw) => () => (2 * draw() - 1) * reach };
}

/** What PyTorch's Linear and Conv1d start from, weight and bias: uniform in ±1/√fanIn. */
export function byFanIn(fanIn: number): Start {
  return uniform(1 / Math.sqrt(fanIn));
}

/** Glorot and Bengio 2010: uniform in ±√(6 / (fanIn + fanOut)). */
export function xavier(fanIn: number, fanOut: number): Start {
  return uniform(Math.sqrt(6 / (fanIn + fanOut)));
}

export function normal(deviation: number): Start {
  return {
    words: `normal, σ = ${deviation}`,
    open(draw) {
      const next = normalStream(draw);
      return () => deviation * next();
    },
  };
}

/** Each row log 1, log 2, … log n: Mamba's A is −1 … −n in every channel (Gu and Dao 2023, after S4D-Real). */
export function logCounting(n: number): Start {
  return { words: `log 1 … log ${n} in each row`, open: () => (index) => Math.log((index % n) + 1) };
}

/** What softplus turns into numbers that are log-uniform between two ends, as Mamba's first step sizes are. */
export function softplusLogUniform(least: number, most: number): Start {
  return {
    words: `softplus of it log-uniform in [${least}, ${most}]`,
    open: (draw) => () => softplusInverse(Math.max(Math.exp(Math.log(least) + draw() * Math.log(most / least)), 1e-4)),
  };
}

/** The number whose softplus, log(1 + eˣ), is this one; above 0. */
export function softplusInverse(value: number): number {
  return value + Math.log(-Math.expm1(-value));
}

/** Each row −1, −2, … −n: the same A, not by its logarithm. */
export function minusCounting(n: number): Start {
  return { words: `−1 … −${n} in each row`, open: () => (index) => -((index % n) + 1) };
}
