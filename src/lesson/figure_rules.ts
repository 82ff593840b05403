/** What can be set in the figures of chapters 3c to 6, how they start, and what a link may say of them. */
import { LEAST_WORDS, MOST_WORDS } from './agreeing_words';
import { trainedCells } from './gallery';

export const STORED_RULES = {
  distance: { start: 20, least: LEAST_WORDS, most: MOST_WORDS, whole: true },
  noun: { start: 'cat', of: ['cat', 'cats'] },
  cell: { start: 'rnn', of: trainedCells },
} as const;

export const GRU_RULES = {
  reset: { start: 'after', of: ['after', 'before'] },
  z: { start: 'keeps', of: ['keeps', 'replaces'] },
} as const;

export const RACE_RULES = {
  distance: { start: 10, least: 1, most: 100, whole: true },
  bias: { start: 1, least: 0, most: 5 },
  networks: { start: 4, least: 1, most: 8, whole: true },
  updates: { start: 300, least: 10, most: 2000, whole: true },
  // One letter a network, in the order of race_networks.ts.
  who: { start: 'abc', of: subsets('abcde') },
} as const;

export const LEARNER_RULES = {
  cell: { start: 'lstm', of: ['rnn', 'rnn_relu', 'lstm', 'lstm_peephole', 'lstm_nofg', 'lstm_1997', 'gru', 'gru_reset_before'] },
  task: { start: 'agreement', of: ['agreement', 'keyed_latch', 'adding', 'characters', 'temporal_order', 'embedded_reber', 'copy_memory', 'selective_copy', 'induction_heads', 'multi_query_recall', 'dyck'] },
  hidden: { start: 16, least: 1, most: 64, whole: true },
  bias: { start: 1, least: -5, most: 10 },
  rate: { start: 0.01, least: 1e-6, most: 100 },
} as const;

const WEIGHTS = ['random', 'trained'] as const;

export const ATTENTION_RULES = {
  weights: { start: 'trained', of: WEIGHTS },
  heads: { start: '2', of: ['1', '2', '4'] },
  // From 1; 0 is the mean of all.
  head: { start: 2, least: 0, most: 4, whole: true },
} as const;

export const BAG_RULES = {
  positions: { start: 'none', of: ['none', 'rotary', 'sinusoidal', 'learned'] },
  layers: { start: '1', of: ['1', '2'] },
} as const;

export const THREE_RULES = {
  weights: { start: 'random', of: WEIGHTS },
} as const;

export const SCAN_RULES = {
  weights: { start: 'trained', of: WEIGHTS },
  frozen: { start: 'no', of: ['no', 'yes'] },
  // 0: as published.
  delta: { start: 0, least: 0, most: 10 },
  channel: { start: 44, least: 1, most: 64, whole: true },
} as const;

export const COST_RULES = {
  width: { start: '64', of: ['16', '64', '128'] },
} as const;

export const COPY_RULES = {
  amount: { start: 16, least: 16, most: 64, whole: true },
  networks: { start: 1, least: 1, most: 8, whole: true },
  updates: { start: 400, least: 10, most: 4000, whole: true },
  // One letter a network, in the order of recall_networks.ts.
  who: { start: 'ab', of: subsets('abcd') },
} as const;

export const RECALL_RULES = {
  amount: { start: 4, least: 2, most: 16, whole: true },
  networks: { start: 1, least: 1, most: 8, whole: true },
  updates: { start: 400, least: 10, most: 4000, whole: true },
  who: { start: 'abc', of: subsets('abcd') },
} as const;

/** Answers by their letters; none at first. */
const ANSWERS = ['', 'a', 'b', 'c', 'd'] as const;

export const QUIZ_RULES = {
  reach: { start: '', of: ANSWERS },
  power: { start: '', of: ANSWERS },
  start: { start: '', of: ANSWERS },
  fading: { start: '', of: ANSWERS },
  cost: { start: '', of: ANSWERS },
} as const;

/** All the ways to leave letters out, the order kept; not all of them. */
function subsets(letters: string): readonly string[] {
  const all = Array.from(letters).reduce<string[]>((made, letter) => [...made, ...made.map((each) => each + letter)], ['']);
  return all.filter((each) => each !== '');
}
