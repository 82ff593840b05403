/** The networks that can race, and how each starts. One letter each in a link. */
export interface RaceNetwork {
  readonly letter: string;
  readonly name: string;
  readonly cell: string;
  readonly start: string;
  /** The gate whose bias the race's slider sets. */
  readonly keeps: string | undefined;
  readonly lr: number;
}

export const raceNetworks: readonly RaceNetwork[] = [
  { letter: 'a', name: 'RNN, orthogonal', cell: 'rnn', start: 'orthogonal', keeps: undefined, lr: 0.003 },
  { letter: 'b', name: 'LSTM', cell: 'lstm', start: '', keeps: 'f', lr: 0.003 },
  { letter: 'c', name: 'GRU', cell: 'gru', start: '', keeps: 'z', lr: 0.003 },
  { letter: 'd', name: 'ReLU, identity (IRNN)', cell: 'rnn_relu', start: 'identity', keeps: undefined, lr: 0.001 },
  { letter: 'e', name: 'LSTM of 1997, no forget gate', cell: 'lstm_nofg', start: '', keeps: undefined, lr: 0.003 },
];
