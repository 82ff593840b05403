import type { Block } from './block';
import { Draft, NORM_OPTIONS } from './draft';
import { pieceWidth, readOptions } from './options';
import { divided, tensor, type BlockSignal, type Program } from './program';
import { constant, normal, xavier } from './start';

const POSITIONS = ['none', 'learned', 'sinusoidal', 'rotary'] as const;
const DEFAULT_MOST_STEPS = 512;

/** A third of the size that words' vectors have: a place is heard beside a word, not above it. */
const POSITION_DEVIATION = 0.3;

/**
 * Causal multi-head self-attention as in `torch.nn.MultiheadAttention`, by default inside a pre-norm Transformer block as
 * in `torch.nn.TransformerEncoderLayer(norm_first=True)`: x + attention(norm(x)), then + mlp(norm(·)). Names and start of
 * the parameters are PyTorch's.
 */
export const attention: Block = {
  name: 'attention',
  title: 'Attention',
  options: {
    heads: 'how many heads share the width; 1 unless given',
    norm: 'layer, rms, or none for bare attention without a residual; layer unless given',
    mlp: 'width of the hidden layer after attention as a multiple of the width, 0 for none; 4 unless given, 0 without norm',
    activation: 'gelu or relu, in that hidden layer; gelu unless given',
    positions: 'none, learned, sinusoidal or rotary; none unless given',
    maxSteps: `how many positions are learned; ${DEFAULT_MOST_STEPS} unless given`,
    bias: 'whether products and norms have biases; they do unless told otherwise',
  },

  program(given, inputs, layer): Program {
    const options = readOptions(attention, given, layer);
    const heads = options.wholeNumber('heads', 1);
    const headWidth = pieceWidth(options, 'heads', inputs, heads);
    const norm = options.oneOf('norm', NORM_OPTIONS, 'layer');
    const ratio = options.wholeNumber('mlp', norm === 'none' ? 0 : 4, 0, 64);
    if (norm === 'none' && ratio > 0) options.refuse('mlp', `${ratio} given, and bare attention (norm: none) has no hidden layer`);
    const activation = options.oneOf('activation', ['gelu', 'relu'], 'gelu');
    const positions = options.oneOf('positions', POSITIONS, 'none');
    if (positions === 'rotary' && headWidth % 2 !== 0) options.refuse('positions', `rotary turns pairs, and a head of ${headWidth} has an odd one left; use fewer heads or another width`);
    if (positions !== 'learned' && options.has('maxSteps')) options.refuse('maxSteps', `it is for learned positions, and these are ${positions}`);
    const mostSteps = options.wholeNumber('maxSteps', DEFAULT_MOST_STEPS, 1, 1_048_576);
    const bias = options.flag('bias', true);

    const draft = new Draft(tensor('x', inputs));
    const own = norm === 'none' ? '' : 'self_attn.';
    let stream = 'x';
    if (positions === 'learned') {
      draft.add({ op: 'positions', x: 'x', y: 'x_placed', weight: 'positions.weight' }, [tensor('x_placed', inputs)], [
        { name: 'positions.weight', shape: [mostSteps, inputs], start: normal(POSITION_DEVIATION) },
      ]);
      stream = 'x_placed';
    } else if (positions === 'sinusoidal') {
      draft.add({ op: 'positions', x: 'x', y: 'x_placed' }, [tensor('x_placed', inputs)]);
      stream = 'x_placed';
    }

    const read = norm === 'none' ? stream : draft.norm('norm1', norm, stream, 'x_norm', bias);
    draft.linear({ weight: `${own}in_proj_weight`, bias: `${own}in_proj_bias` }, read, divided('qkv', ['q', inputs], ['k', inputs], ['v', inputs]), {
      bias,
      start: xavier(inputs, 3 * inputs),
      biasStart: constant(0),
    });
    let [q, k] = ['q', 'k'];
    if (positions === 'rotary') {
      draft.add({ op: 'rotary', x: [q, k], y: ['q_turned', 'k_turned'], heads }, [tensor('q_turned', inputs), tensor('k_turned', inputs)]);
      [q, k] = ['q_turned', 'k_turned'];
    }
    draft.add({ op: 'attend', q, k, v: 'v', y: 'context', heads }, [tensor('context', inputs)]);
    let output = draft.linear(`${own}out_proj`, 'context', tensor('attended', inputs), { bias, biasStart: constant(0), ...(norm !== 'none' && { plus: stream }) });
    if (norm !== 'none' && ratio > 0) {
      draft.norm('norm2', norm, 'attended', 'attended_norm', bias);
      draft.linear('linear1', 'attended_norm', tensor('a_mlp', ratio * inputs), { bias });
      output = draft.linear('linear2', 'a_mlp', tensor('mlp', inputs), { bias, of: activation, plus: 'attended' });
    }

    const perHead = { groups: { of: 'head', count: heads } } as const;
    const value = (name: string, role: string): BlockSignal => ({ name, kind: 'value', range: 'unbounded', role, of: { tensor: name } });
    const signals: BlockSignal[] = [
      { name: 'attn', kind: 'gate', range: [0, 1], role: 'how much each step takes from each step before it', of: { shown: 'attn', by: 'context' }, ...perHead },
      { ...value('q', 'queries: what a step looks for'), ...perHead },
      { ...value('k', 'keys: what a step is found by'), ...perHead },
      { ...value('v', 'values: what a step hands over'), ...perHead },
      { ...value('context', 'the values taken, weighed and added up'), ...perHead },
    ];
    if (norm !== 'none') signals.push(value('attended', 'what was read and what attention adds to it'));
    if (ratio > 0) signals.push({ ...value('a_mlp', 'pre-activation of the hidden layer'), kind: 'pre-activation' });
    const equations = equationsOf(norm !== 'none', positions, ratio > 0 ? activation : undefined);
    return draft.finished(output, signals, equations, positions === 'learned' ? mostSteps : undefined);
  },
};

function equationsOf(normed: boolean, positions: (typeof POSITIONS)[number], activation: string | undefined): string[] {
  const attended = `${normed ? 'x + ' : ''}W_out·Σ_s A[t, s]·v_s + b_out`;
  return [
    ...(positions === 'learned' || positions === 'sinusoidal' ? ['x ← x + p_t'] : []),
    `q, k, v = W_in·${normed ? 'norm(x)' : 'x'} + b_in`,
    ...(positions === 'rotary' ? ['q, k ← R_t·q, R_t·k'] : []),
    'A[t, s] = softmax over s ≤ t of q_t·k_s / √d',
    ...(activation ? [`u = ${attended}`, `y = u + W_2·${activation}(W_1·norm(u) + b_1) + b_2`] : [`y = ${attended}`]),
  ];
}
