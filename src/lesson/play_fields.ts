/**
 * What a reader can set of a layer in the playground, for every kind of layer that the engine has. Ends are what a page
 * can train; what goes together is the engine's to say.
 */
import { blocks, cells, starts } from '../engine';

/** One option of a layer. A number without a usual value may be left empty. */
export type PlayField = { readonly name: string; readonly title: string } & (
  | { readonly kind: 'number'; readonly least: number; readonly most: number; readonly step: number | 'any'; readonly usual: number | undefined }
  | { readonly kind: 'choice'; readonly words: readonly string[]; readonly usual: string }
  | { readonly kind: 'flag'; readonly usual: boolean }
);

export interface PlayKind {
  /** As `layers` names it: `lstm`, `attention`. */
  readonly name: string;
  readonly title: string;
  readonly of: 'cell' | 'block';
  /** The first few are in sight, the rest a click away. */
  readonly fields: readonly PlayField[];
}

/** Fields of a layer that are in sight. */
export const FIELDS_IN_SIGHT = 2;

const whole = (name: string, title: string, least: number, most: number, usual: number | undefined): PlayField => ({ kind: 'number', name, title, least, most, step: 1, usual });
const decimal = (name: string, title: string, least: number, most: number, usual: number | undefined): PlayField => ({ kind: 'number', name, title, least, most, step: 'any', usual });
const choice = (name: string, title: string, words: readonly string[]): PlayField => ({ kind: 'choice', name, title, words, usual: words[0] });
const flag = (name: string, title: string, usual: boolean): PlayField => ({ kind: 'flag', name, title, usual });

const UNITS = { least: 1, most: 64, usual: 16 } as const;

const ofBlocks: Readonly<Record<string, readonly PlayField[]>> = {
  attention: [
    whole('heads', 'Heads', 1, 16, 1),
    choice('positions', 'Positions', ['none', 'learned', 'sinusoidal', 'rotary']),
    choice('norm', 'Norm', ['layer', 'rms', 'none']),
    whole('mlp', 'Hidden layer, × its width', 0, 8, undefined),
    choice('activation', 'In that layer', ['gelu', 'relu']),
    whole('maxSteps', 'Positions learned', 1, 4096, undefined),
    flag('bias', 'Biases', true),
  ],
  mamba: [
    whole('state', 'State per channel', 1, 64, 16),
    flag('frozen', 'Δ, B, C frozen', false),
    decimal('delta', 'Δ at the start', 1e-4, 100, undefined),
    whole('conv', 'Taps of the convolution', 1, 16, 4),
    whole('expand', 'Channels, × its width', 1, 4, 2),
    whole('rank', 'Rank of Δ', 1, 64, undefined),
    choice('norm', 'Norm', ['rms', 'layer', 'none']),
    flag('convBias', 'Bias of the convolution', true),
    flag('bias', 'Biases of the products', false),
  ],
  min_gru: minimalFields(),
  min_lstm: minimalFields(),
  norm: [choice('kind', 'Kind', ['layer', 'rms']), flag('bias', 'Bias', true)],
  sdpa: [whole('heads', 'Heads', 1, 16, 1)],
  selective_scan: [
    whole('state', 'State per channel', 1, 64, 16),
    whole('groups', 'Groups', 1, 16, 1),
    choice('selection', 'B and C', ['input', 'constant']),
    flag('gate', 'Gate', true),
    flag('skip', 'D', true),
    flag('deltaBias', 'Bias of Δ', true),
    flag('softplus', 'Softplus', true),
  ],
};

function minimalFields(): readonly PlayField[] {
  return [whole('hidden', 'Units', UNITS.least, UNITS.most, undefined), choice('norm', 'Norm', ['none', 'layer', 'rms']), flag('bias', 'Biases', true)];
}

function cellFields({ gates, keeps, states }: (typeof cells)[number]): readonly PlayField[] {
  return [
    whole('hidden', 'Units', UNITS.least, UNITS.most, UNITS.usual),
    flag('bidirectional', 'Both directions', false),
    ...gates.filter(({ name }) => gates.length > 1 && name === keeps).map(({ name }) => decimal(name, `Bias of ${name}, which keeps`, -20, 20, undefined)),
    decimal('gain', 'Gain of U', 0, 20, 1),
    choice('start', 'Start', starts.map(({ name }) => name)),
    ...(states.some(({ name }) => name === 'c') ? [whole('projection', 'Projected to', 1, UNITS.most - 1, undefined)] : []),
    flag('bias', 'Biases', true),
  ];
}

/** Every kind of layer, cells first. */
export const playKinds: readonly PlayKind[] = [
  ...cells.map((cell): PlayKind => ({ name: cell.name, title: cell.title, of: 'cell', fields: cellFields(cell) })),
  ...blocks.map(({ name, title }): PlayKind => ({ name, title, of: 'block', fields: ofBlocks[name] ?? [] })),
];

/** The kind of that name; undefined where there is none. */
export function playKind(name: string): PlayKind | undefined {
  return playKinds.find((kind) => kind.name === name);
}
