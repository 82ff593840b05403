import type { Block } from './block';
import { Draft } from './draft';
import { readOptions } from './options';
import { tensor } from './program';

/** A norm by itself: what stands between a stack of residual blocks and its head. */
export const norm: Block = {
  name: 'norm',
  title: 'Norm',
  options: { kind: 'layer or rms; layer unless given', bias: 'whether a layer norm has a bias; it does unless told otherwise' },

  program(given, inputs, layer) {
    const options = readOptions(norm, given, layer);
    const kind = options.oneOf('kind', ['layer', 'rms'], 'layer');
    const draft = new Draft(tensor('x', inputs));
    draft.norm('norm', kind, 'x', 'normed', options.flag('bias', true));
    return draft.finished('normed', [], [kind === 'layer' ? 'y = w ⊙ (x − mean(x)) / √(var(x) + ε) + b' : 'y = w ⊙ x / √(mean(x²) + ε)']);
  },
};
