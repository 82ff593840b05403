/** The two operators that the blocks are built around, by themselves: what enters them is what the layer reads. */
import { OptionError } from '../errors';
import type { Block } from './block';
import { Draft } from './draft';
import { pieceWidth, readOptions } from './options';
import { divided, tensor } from './program';
import { constant, minusCounting, normal } from './start';

/** Causal scaled dot-product attention of queries, keys and values side by side, as PyTorch's function of that name. */
export const sdpa: Block = {
  name: 'sdpa',
  title: 'Scaled dot-product attention',
  options: { heads: 'how many heads share the width of the queries; 1 unless given' },

  program(given, inputs, layer) {
    const options = readOptions(sdpa, given, layer);
    const heads = options.wholeNumber('heads', 1);
    if (inputs % 3 !== 0) throw new OptionError(layer, `${layer}: it reads queries, keys and values of one width side by side, and ${inputs} inputs are not three of anything.`);
    const width = inputs / 3;
    pieceWidth(options, 'heads', width, heads);
    const draft = new Draft(divided('x', ['q', width], ['k', width], ['v', width]));
    draft.add({ op: 'attend', q: 'q', k: 'k', v: 'v', y: 'context', heads }, [tensor('context', width)]);
    return draft.finished(
      'context',
      [{ name: 'attn', kind: 'gate', range: [0, 1], role: 'how much each step takes from each step before it', of: { shown: 'attn', by: 'context' }, groups: { of: 'head', count: heads } }],
      ['A[t, s] = softmax over s ≤ t of q_t·k_s / √d', 'y_t = Σ_s A[t, s]·v_s'],
    );
  },
};

/** The selective scan of `selective_scan_fn` by itself. It reads u | delta | B | C | z side by side; B and C as G groups of N. */
export const scan: Block = {
  name: 'selective_scan',
  title: 'Selective scan',
  options: {
    state: 'N, numbers of state per channel; 16 unless given',
    groups: 'G, groups of channels that share their B and C; 1 unless given',
    selection: 'input, or constant for B and C that are parameters; input unless given',
    gate: 'whether z comes last and gates the output; it does unless told otherwise',
    skip: 'whether there is a parameter D; there is unless told otherwise',
    deltaBias: 'whether there is a parameter delta_bias; there is unless told otherwise',
    softplus: 'whether Δ is the softplus of delta; it is unless told otherwise',
  },

  program(given, inputs, layer) {
    const options = readOptions(scan, given, layer);
    const states = options.wholeNumber('state', 16, 1, 256);
    const groups = options.wholeNumber('groups', 1);
    const selective = options.oneOf('selection', ['input', 'constant'], 'input') === 'input';
    const [gate, skip] = [options.flag('gate', true), options.flag('skip', true)];
    const [biased, softplus] = [options.flag('deltaBias', true), options.flag('softplus', true)];
    const perChannel = gate ? 3 : 2;
    const sides = selective ? 2 * groups * states : 0;
    const channels = (inputs - sides) / perChannel;
    if (!(Number.isInteger(channels) && channels >= 1)) {
      throw new OptionError(layer, `${layer}: it reads ${perChannel} numbers per channel and ${sides} for B and C side by side, and that cannot be ${inputs} inputs.`);
    }
    pieceWidth(options, 'groups', channels, groups);

    const bAndC = selective ? ([['B', groups * states], ['C', groups * states]] as const) : [];
    const draft = new Draft(divided('x', ['u', channels], ['delta_raw', channels], ...bAndC, ...(gate ? ([['z', channels]] as const) : [])));
    draft.add(
      {
        op: 'selective_scan',
        u: 'u',
        delta: 'delta_raw',
        B: selective ? { tensor: 'B' } : { parameter: 'B' },
        C: selective ? { tensor: 'C' } : { parameter: 'C' },
        ...(gate && { z: 'z' }),
        y: 'scanned',
        A: { plain: 'A' },
        ...(skip && { D: 'D' }),
        ...(biased && { deltaBias: 'delta_bias' }),
        softplus,
        h: 'h',
        groups,
        states,
      },
      [tensor('scanned', channels)],
      [
        { name: 'A', shape: [channels, states], start: minusCounting(states), negative: true },
        ...(selective ? [] : ['B', 'C'].map((name) => ({ name, shape: [groups, states], start: normal(1) }))),
        ...(skip ? [{ name: 'D', shape: [channels], start: constant(1) }] : []),
        ...(biased ? [{ name: 'delta_bias', shape: [channels], start: constant(0) }] : []),
      ],
    );
    const ofChannels = { groups: { of: 'channel', count: channels } } as const;
    return draft.finished(
      'scanned',
      [
        { name: 'h', kind: 'state', range: 'unbounded', role: 'state of the scan', of: { shown: 'h', by: 'scanned' }, ...ofChannels },
        { name: 'delta', kind: 'gate', range: 'unbounded', role: 'Δ, how far a channel steps', of: { shown: 'delta', by: 'scanned' } },
        { name: 'decay', kind: 'gate', range: softplus ? [0, 1] : 'unbounded', role: 'exp(Δ·A), what a step keeps of the state', of: { shown: 'decay', by: 'scanned' }, ...ofChannels },
      ],
      ['h_t = exp(Δ·A) ⊙ h_{t−1} + Δ·B_t·u_t', `y_t = ${skip ? '(C_t·h_t + D ⊙ u_t)' : 'C_t·h_t'}${gate ? ' ⊙ silu(z_t)' : ''}`],
    );
  },
};
