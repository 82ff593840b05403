/** The networks of chapter 6 that learn to recall and to choose: stacks of two layers. One letter each in a link. */
import type { Contestant } from './network_race';

export interface RecallNetwork extends Contestant {
  readonly letter: string;
  readonly layers: string;
  readonly lr: number;
}

/** Places are learned for more steps than any sequence of these tasks has. */
const attention = 'attention mlp:0 positions:learned maxSteps:192';

/** For figure 25: which can name the value that stood beside a key? */
export const recallNetworks: readonly RecallNetwork[] = [
  { letter: 'a', name: 'Attention, two layers', cell: 'attention', layers: `${attention}, attention mlp:0`, lr: 0.003 },
  { letter: 'b', name: 'Mamba, two layers', cell: 'mamba', layers: 'mamba state:8, mamba state:8', lr: 0.003 },
  { letter: 'c', name: 'Hybrid: Mamba, then attention', cell: 'hybrid', layers: 'mamba state:8, attention mlp:0', lr: 0.003 },
  { letter: 'd', name: 'LSTM, two layers', cell: 'lstm', layers: 'lstm f:1, lstm f:1', lr: 0.003 },
];

/** For figure 23: which can choose what to keep? */
export const copyNetworks: readonly RecallNetwork[] = [
  { letter: 'a', name: 'Mamba', cell: 'mamba', layers: 'mamba state:8, mamba state:8', lr: 0.005 },
  { letter: 'b', name: 'Mamba, Δ, B and C frozen', cell: 'mamba_frozen', layers: 'mamba state:8 frozen:true, mamba state:8 frozen:true', lr: 0.005 },
  { letter: 'c', name: 'LSTM', cell: 'lstm', layers: 'lstm f:1, lstm f:1', lr: 0.003 },
  { letter: 'd', name: 'GRU', cell: 'gru', layers: 'gru, gru', lr: 0.003 },
];
