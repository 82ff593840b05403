import type { Op } from './op';

/** One line of a program: a scalar rule of several tensors of one width, entry by entry. */
export interface GatesStep {
  readonly op: 'gates';
  readonly rule: GateRule;
  readonly x: readonly string[];
  readonly y: readonly string[];
}

/** Rules by name: what they read, and what they write. */
export const gateRules = {
  /** Keep and addend of minGRU: a = 1 − σ(z), b = σ(z) ⊙ candidate (Feng et al. 2024). */
  min_gru: { reads: ['z', 'candidate'], writes: ['a', 'b'] },
  /** Of minLSTM: f = σ(f̂), i = σ(î); a = f / (f + i), b = i / (f + i) ⊙ candidate (Feng et al. 2024). */
  min_lstm: { reads: ['f', 'i', 'candidate'], writes: ['a', 'b'] },
} as const;

export type GateRule = keyof typeof gateRules;

export const gates: Op<GatesStep> = {
  name: 'gates',
  equations: ['y = rule(x), entry by entry'],
  reads: ({ x }) => x,
  writes: ({ y }) => y,
  parameters: () => [],
  states: () => [],
  shows: () => [],
  misfit({ rule, x, y }, widthOf) {
    if (x.length !== gateRules[rule].reads.length || y.length !== gateRules[rule].writes.length) return `${rule} reads ${gateRules[rule].reads.join(', ')} and writes ${gateRules[rule].writes.join(', ')}`;
    return [...x, ...y].some((name) => widthOf(name) !== widthOf(x[0])) ? 'tensors differ in width' : undefined;
  },
};
