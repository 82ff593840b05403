/** minGRU and minLSTM (Feng et al. 2024): gated cells whose gates do not see the state, so that a scan does what a loop did. */
import { gateRules, type GateRule } from '../ops/gates';
import type { Block } from './block';
import { Draft, NORM_OPTIONS } from './draft';
import { readOptions } from './options';
import { divided, tensor, type BlockSignal, type Program } from './program';

function minimal(rule: GateRule, title: string, keeps: string, equations: readonly string[]): Block {
  const block: Block = {
    name: rule,
    title,
    options: {
      hidden: 'units; as many as inputs unless given',
      norm: 'none for h alone; layer or rms for x + out_proj(h) of a normed x; none unless given',
      bias: 'whether products and norms have biases; they do unless told otherwise',
    },

    program(given, inputs, layer): Program {
      const options = readOptions(block, given, layer);
      const hidden = options.wholeNumber('hidden', inputs);
      const norm = options.oneOf('norm', NORM_OPTIONS, 'none');
      const bias = options.flag('bias', true);

      const draft = new Draft(tensor('x', inputs));
      const read = norm === 'none' ? 'x' : draft.norm('norm', norm, 'x', 'x_norm', bias);
      const pre = gateRules[rule].reads.map((name) => (name === 'candidate' ? name : `a_${name}`));
      draft.linear('in_proj', read, divided('pre', ...pre.map((name) => [name, hidden] as const)), { bias });
      draft.add({ op: 'gates', rule, x: pre, y: ['keep', 'write'] }, [tensor('keep', hidden), tensor('write', hidden)]);
      draft.add({ op: 'linear_scan', a: 'keep', b: 'write', h: 'h' }, [tensor('h', hidden)]);
      const output = norm === 'none' ? 'h' : draft.linear('out_proj', 'h', tensor('mixed', inputs), { bias, plus: 'x' });

      const signals: BlockSignal[] = [
        { name: 'h', kind: 'state', range: 'unbounded', role: 'hidden state', of: { tensor: 'h' } },
        { name: 'keep', kind: 'gate', range: [0, 1], role: `${keeps}, what a step keeps of the state`, of: { tensor: 'keep' } },
        { name: 'write', kind: 'value', range: 'unbounded', role: 'what a step adds to the state', of: { tensor: 'write' } },
        ...pre.map((name): BlockSignal => ({ name, kind: 'pre-activation', range: 'unbounded', role: name === 'candidate' ? 'candidate state' : `pre-activation of ${name.slice(2)}`, of: { tensor: name } })),
      ];
      return draft.finished(output, signals, norm === 'none' ? equations : ['x̂ = norm(x), in the place of x', ...equations, 'y = x + W_out·h + b_out']);
    },
  };
  return block;
}

export const minGru = minimal('min_gru', 'minGRU', '1 − σ(z)', ['z = σ(W_z·x + b_z)', 'h̃ = W_h·x + b_h', 'h_t = (1 − z) ⊙ h_{t−1} + z ⊙ h̃']);

export const minLstm = minimal('min_lstm', 'minLSTM', 'f / (f + i)', ['f = σ(W_f·x + b_f)', 'i = σ(W_i·x + b_i)', 'h̃ = W_h·x + b_h', 'h_t = f/(f + i) ⊙ h_{t−1} + i/(f + i) ⊙ h̃']);
