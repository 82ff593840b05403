/**
 * The page's state as it stands in the address: what it holds, how it is written, and what a link that cannot be
 * understood is answered with. Steps and units count from 1 here, as they do on the screen.
 */
import type { WeightEdit } from '../elements/weight_edits';
import { readEdits, writtenEdits } from './edit_link';
import { ATTENTION_RULES, BAG_RULES, COPY_RULES, COST_RULES, GRU_RULES, LEARNER_RULES, QUIZ_RULES, RACE_RULES, RECALL_RULES, SCAN_RULES, STORED_RULES, THREE_RULES } from './figure_rules';
import { readFlow, writtenFlow } from './flow_link';
import { readPlay, writtenPlay } from './play_link';
import { readSettings, writtenSettings, type SettingRules } from './settings_link';

/** Everything a reader can set. Two pages with equal states show equal pictures. */
export interface LessonState {
  readonly text: string;
  /** The sentence that the first one is compared with. */
  readonly other: string;
  readonly cell: string;
  readonly signal: string;
  /** The gate whose sum is taken apart; empty for the cell's first. */
  readonly gate: string;
  readonly hidden: number;
  readonly seed: number;
  /** Multiplies the initial U. */
  readonly gain: number;
  /** The initial bias of the gate that keeps the old state; undefined for random ones. */
  readonly bias: number | undefined;
  /** Weights changed by hand, as edit_link.ts writes them. */
  readonly edits: readonly WeightEdit[];
  /** `random`, fixed by the seed; or those of the gallery's network of that cell. */
  readonly weights: 'random' | 'trained';
  /** The experiments of chapter 3, as flow_link.ts writes them; absent or empty for how they start. */
  readonly vanishing?: string;
  readonly exploding?: string;
  /** The figures of chapters 3c to 6, as settings_link.ts writes them. */
  readonly stored?: string;
  readonly gru?: string;
  readonly learner?: string;
  readonly race?: string;
  readonly attention?: string;
  readonly bag?: string;
  readonly three?: string;
  readonly scan?: string;
  readonly copy?: string;
  readonly cost?: string;
  readonly recall?: string;
  /** The answers of chapter 7. */
  readonly quiz?: string;
  /** The playground, as play_link.ts writes it. */
  readonly play?: string;
  readonly step: number;
  readonly unit: number;
}

export const LINK_VERSION = 1;
export const HIDDEN_MOST = 64;
export const SEED_MOST = 2 ** 31 - 1;
export const GAIN_MOST = 20;
export const BIAS_MOST = 20;

export const defaults: LessonState = {
  text: 'The cat that we saw yesterday was happy',
  other: 'The cats that we saw yesterday was happy',
  cell: 'rnn',
  signal: 'h',
  gate: '',
  hidden: 8,
  seed: 1,
  gain: 1,
  bias: undefined,
  edits: [],
  weights: 'random',
  step: 2,
  unit: 1,
};

/** What a link says: the settings that were understood, and a sentence for each that was not. */
export interface ReadLink {
  readonly settings: Partial<LessonState>;
  readonly complaints: readonly string[];
}

/** True if the hash is a state and not the name of a place on the page. */
export function holdsState(hash: string): boolean {
  return hash.includes('=');
}

/** Writes a state as the hash of an address, `#` included. */
export function writtenLink(state: LessonState): string {
  const pairs: [string, string | number][] = [
    ['v', LINK_VERSION],
    ['text', state.text],
    ['with', state.other],
    ['cell', state.cell],
    ['hidden', state.hidden],
    ['seed', state.seed],
    ...(state.gain === defaults.gain ? [] : [['gain', state.gain] as [string, number]]),
    ...(state.bias === undefined ? [] : [['bias', state.bias] as [string, number]]),
    ...(state.weights === defaults.weights ? [] : [['weights', state.weights] as [string, string]]),
    ['signal', state.signal],
    ...(state.gate ? [['gate', state.gate] as [string, string]] : []),
    ['step', state.step],
    ['unit', state.unit],
    ...(['vanishing', 'exploding', ...FIGURES, 'play'] as const).flatMap((name) => (state[name] ? [[name, state[name]] as [string, string]] : [])),
  ];
  const written = pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  // Made of characters that an address leaves as they are.
  if (state.edits.length) written.push(`edit=${writtenEdits(state.edits)}`);
  return `#${written.join('&')}`;
}

/** Reads the hash of an address. Never throws: what makes no sense is left out and complained about. */
export function readLink(hash: string, cellNames: readonly string[]): ReadLink {
  const settings: { -readonly [Key in keyof LessonState]?: LessonState[Key] } = {};
  const complaints: string[] = [];
  const pairs = hash.replace(/^#/, '').split('&').filter(Boolean).map(decodedPair);

  const version = pairs.find(([key]) => key === 'v')?.[1];
  if (version !== undefined && version !== String(LINK_VERSION)) {
    const later = /^\d+$/.test(version) && Number(version) > LINK_VERSION;
    const reason = later ? `was made by a later version of this page (v=${version})` : `has an unknown version (v=${excerpt(version)})`;
    return { settings, complaints: [`This link ${reason}; the page starts with its defaults.`] };
  }

  for (const [key, value] of pairs) {
    if (key === 'v') continue;
    if (value === undefined) complaints.push(`“${excerpt(key)}” in this link could not be read.`);
    else if (key === 'text') settings.text = value;
    else if (key === 'with') settings.other = value;
    else if (key === 'signal') settings.signal = value;
    else if (key === 'gate') settings.gate = value;
    else if (key === 'cell') {
      if (cellNames.includes(value)) settings.cell = value;
      else complaints.push(`There is no cell “${excerpt(value)}”; there are ${cellNames.join(', ')}.`);
    } else if (key === 'hidden') settings.hidden = whole(value, 'hidden', 1, HIDDEN_MOST, complaints);
    else if (key === 'seed') settings.seed = whole(value, 'seed', 0, SEED_MOST, complaints);
    else if (key === 'gain') settings.gain = decimal(value, 'gain', 0, GAIN_MOST, complaints);
    else if (key === 'bias') settings.bias = decimal(value, 'bias', -BIAS_MOST, BIAS_MOST, complaints);
    else if (key === 'weights') {
      if (value === 'random' || value === 'trained') settings.weights = value;
      else complaints.push(`weights=${excerpt(value)} is neither random nor trained.`);
    } else if (key === 'edit') settings.edits = readEdits(value, complaints);
    else if (key === 'step') settings.step = whole(value, 'step', 1, Infinity, complaints);
    else if (key === 'unit') settings.unit = whole(value, 'unit', 1, Infinity, complaints);
    else if (key === 'vanishing' || key === 'exploding') settings[key] = writtenFlow(key, readFlow(key, value, complaints));
    else if (key === 'play') settings.play = writtenPlay(readPlay(value, complaints));
    else if (Object.hasOwn(figureRules, key)) settings[key as FigureName] = writtenFigure(key as FigureName, value, complaints);
    else complaints.push(`This page does not know the setting “${excerpt(key)}” of this link.`);
  }
  return { settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)), complaints };
}

const figureRules = { stored: STORED_RULES, gru: GRU_RULES, learner: LEARNER_RULES, race: RACE_RULES, attention: ATTENTION_RULES, bag: BAG_RULES, three: THREE_RULES, scan: SCAN_RULES, copy: COPY_RULES, cost: COST_RULES, recall: RECALL_RULES, quiz: QUIZ_RULES };
type FigureName = keyof typeof figureRules;
const FIGURES = Object.keys(figureRules) as readonly FigureName[];

/** A figure's settings as they would be written, without what makes no sense. */
function writtenFigure(name: FigureName, text: string, complaints: string[]): string {
  const rules: SettingRules = figureRules[name];
  return writtenSettings(rules, readSettings(name, rules, text, complaints));
}

/** A whole number in a range, or undefined after a complaint. */
function whole(value: string, name: string, least: number, most: number, complaints: string[]): number | undefined {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
  complaints.push(`${name}=${excerpt(value)} is not a whole number ${range}.`);
  return undefined;
}

/** A number in a range, or undefined after a complaint. */
function decimal(value: string, name: string, least: number, most: number, complaints: string[]): number | undefined {
  const number = /^-?\d{1,3}(\.\d{1,6})?$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  complaints.push(`${name}=${excerpt(value)} is not a number from ${least} to ${most}.`);
  return undefined;
}

/** The value is undefined where it is missing or wrongly encoded. */
function decodedPair(pair: string): [key: string, value: string | undefined] {
  const cut = pair.indexOf('=');
  try {
    if (cut < 0) return [decodeURIComponent(pair), undefined];
    return [pair.slice(0, cut), decodeURIComponent(pair.slice(cut + 1))];
  } catch {
    return [cut < 0 ? pair : pair.slice(0, cut), undefined];
  }
}

function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
