import type { SelectiveScanStep } from '../ops/selective_scan';
import type { Block } from './block';
import { Draft, NORM_OPTIONS } from './draft';
import { readOptions } from './options';
import { divided, tensor, type BlockSignal, type Program } from './program';
import { byFanIn, constant, logCounting, normal, softplusInverse, softplusLogUniform, uniform } from './start';

/** The ends between which the first step sizes are drawn. */
const [DELTA_LEAST, DELTA_MOST] = [0.001, 0.1];

/** A step so large forgets whatever there was; a larger one is a slip of the hand. */
const LARGEST_DELTA = 100;

/**
 * Mamba as published (Gu and Dao 2023; `mamba_simple.Mamba` of state-spaces/mamba), parameter names and start included, by
 * default with the norm and the residual that stand around it in a stack: x + mixer(norm(x)).
 *
 * With `frozen`, Δ, B and C are parameters that no input can change: the same layer, no longer selective.
 */
export const mamba: Block = {
  name: 'mamba',
  title: 'Mamba',
  options: {
    state: 'N, numbers of state per channel; 16 unless given',
    conv: 'taps of the convolution; 4 unless given',
    expand: 'channels as a multiple of the width; 2 unless given',
    rank: 'width of what the step sizes are made from; a sixteenth of the width, rounded up, unless given',
    norm: 'rms, layer, or none for the bare mixer without a residual; rms unless given',
    convBias: 'whether the convolution has a bias; it does unless told otherwise',
    bias: 'whether in_proj and out_proj have biases; they do not unless told otherwise',
    delta: 'step size Δ that every channel starts from; log-uniform in [0.001, 0.1], channel by channel, unless given',
    frozen: 'whether Δ, B and C are the same at every step; they are not unless told otherwise',
  },

  program(given, inputs, layer): Program {
    const options = readOptions(mamba, given, layer);
    const states = options.wholeNumber('state', 16, 1, 256);
    const taps = options.wholeNumber('conv', 4, 1, 64);
    const channels = options.wholeNumber('expand', 2, 1, 64) * inputs;
    const frozen = options.flag('frozen', false);
    if (frozen && options.has('rank')) options.refuse('rank', 'a frozen block makes no step sizes');
    const rank = options.wholeNumber('rank', Math.ceil(inputs / 16));
    const delta = options.positive('delta', LARGEST_DELTA);
    const norm = options.oneOf('norm', NORM_OPTIONS, 'rms');
    const convBias = options.flag('convBias', true);
    const bias = options.flag('bias', false);

    const draft = new Draft(tensor('x', inputs));
    const own = norm === 'none' ? '' : 'mixer.';
    const read = norm === 'none' ? 'x' : draft.norm('norm', norm, 'x', 'x_norm', true);
    draft.linear(`${own}in_proj`, read, divided('uz', ['u_in', channels], ['z', channels]), { bias });
    const conv = { weight: `${own}conv1d.weight`, bias: `${own}conv1d.bias` };
    draft.add({ op: 'convolution', x: 'u_in', y: 'u', weight: conv.weight, ...(convBias && { bias: conv.bias }), activation: 'silu', window: 'conv', taps }, [tensor('u', channels)], [
      { name: conv.weight, shape: [channels, 1, taps], start: byFanIn(taps) },
      ...(convBias ? [{ name: conv.bias, shape: [channels], start: byFanIn(taps) }] : []),
    ]);
    let selection: Pick<SelectiveScanStep, 'delta' | 'deltaWeight' | 'B' | 'C'>;
    if (frozen) {
      selection = { B: { parameter: `${own}B` }, C: { parameter: `${own}C` } };
    } else {
      draft.linear(`${own}x_proj`, 'u', divided('selection', ['dt', rank], ['B', states], ['C', states]), { bias: false });
      selection = { delta: 'dt', deltaWeight: `${own}dt_proj.weight`, B: { tensor: 'B' }, C: { tensor: 'C' } };
    }
    draft.add(
      {
        op: 'selective_scan',
        u: 'u',
        ...selection,
        z: 'z',
        y: 'scanned',
        A: { log: `${own}A_log` },
        D: `${own}D`,
        deltaBias: `${own}dt_proj.bias`,
        softplus: true,
        h: 'h',
        groups: 1,
        states,
      },
      [tensor('scanned', channels)],
      [
        ...(frozen ? [] : [{ name: `${own}dt_proj.weight`, shape: [channels, rank], start: uniform(rank ** -0.5) }]),
        { name: `${own}dt_proj.bias`, shape: [channels], start: delta === undefined ? softplusLogUniform(DELTA_LEAST, DELTA_MOST) : constant(softplusInverse(delta)) },
        { name: `${own}A_log`, shape: [channels, states], start: logCounting(states) },
        { name: `${own}D`, shape: [channels], start: constant(1) },
        ...(frozen ? ['B', 'C'].map((name) => ({ name: own + name, shape: [1, states], start: normal(1) })) : []),
      ],
    );
    const output = draft.linear(`${own}out_proj`, 'scanned', tensor('mixed', inputs), { bias, ...(norm !== 'none' && { plus: 'x' }) });

    const perChannel = { groups: { of: 'channel', count: channels } } as const;
    const side = (name: 'B' | 'C') => (frozen ? ({ shown: name, by: 'scanned' } as const) : ({ tensor: name } as const));
    const signals: BlockSignal[] = [
      { name: 'h', kind: 'state', range: 'unbounded', role: 'state of the scan', of: { shown: 'h', by: 'scanned' }, ...perChannel },
      { name: 'delta', kind: 'gate', range: 'unbounded', role: 'Δ, how far a channel steps: near 0 it keeps its state and lets nothing in', of: { shown: 'delta', by: 'scanned' } },
      { name: 'decay', kind: 'gate', range: [0, 1], role: 'exp(Δ·A), what a step keeps of the state', of: { shown: 'decay', by: 'scanned' }, ...perChannel },
      { name: 'B', kind: 'value', range: 'unbounded', role: 'how an input is written into the state', of: side('B') },
      { name: 'C', kind: 'value', range: 'unbounded', role: 'how the state is read out', of: side('C') },
      { name: 'u_in', kind: 'value', range: 'unbounded', role: 'what enters the convolution', of: { tensor: 'u_in' } },
      { name: 'u', kind: 'value', range: 'unbounded', role: 'what enters the scan, after convolution and SiLU', of: { tensor: 'u' } },
      { name: 'z', kind: 'pre-activation', range: 'unbounded', role: 'pre-activation of the output gate', of: { tensor: 'z' } },
      { name: 'scanned', kind: 'value', range: 'unbounded', role: 'what leaves the scan, behind the output gate', of: { tensor: 'scanned' } },
    ];
    return draft.finished(output, signals, [
      `u, z = W_in·${norm === 'none' ? 'x' : 'norm(x)'}`,
      'u ← silu(conv(u))',
      ...(frozen ? ['Δ = softplus(b_Δ)'] : ['δ, B, C = W_x·u', 'Δ = softplus(W_Δ·δ + b_Δ)']),
      'h_t = exp(Δ·A) ⊙ h_{t−1} + Δ·B·u_t',
      `y = ${norm === 'none' ? '' : 'x + '}W_out·((C·h_t + D ⊙ u_t) ⊙ silu(z_t))`,
    ]);
  },
};
