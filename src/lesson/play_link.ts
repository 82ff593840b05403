/**
 * The playground as it stands in the address: `layers-mamba!state.8*lstm!hidden.16~task-keyed_latch~set-distance.10~done-50`,
 * only what differs from how it starts. All but texts is made of characters that an address leaves as they are.
 */
import { OptionError, optimizers, tasks, type TaskSetting } from '../engine';
import { namedNumbers } from '../elements/named_numbers';
import type { WeightEdit } from '../elements/weight_edits';
import { readEdits, writtenEdits } from './edit_link';
import { MOST_LAYERS, obstacleOf, readStack, writtenStack, type PlayStack } from './play_stack';
import { PLAY_VIEWS } from './play_view_names';
import { readSettings, startOf, writtenSettings, type SettingsOf } from './settings_link';

/** The name for no task: the network reads any words, and has nothing to learn. */
export const NO_TASK = 'none';

export const PLAY_RULES = {
  embedding: { start: 16, least: 1, most: 64, whole: true },
  task: { start: 'agreement', of: [NO_TASK, ...tasks.map(({ name }) => name)] },
  optimizer: { start: 'adam', of: optimizers.map(({ name }) => name) },
  rate: { start: 0.01, least: 1e-6, most: 100 },
  clip: { start: 1, least: 0, most: 1e6 },
  batch: { start: 16, least: 1, most: 1024, whole: true },
  updates: { start: 0, least: 0, most: 1e6, whole: true },
  until: { start: 0, least: 0, most: 1 },
  // Updates that were done when the link was made.
  done: { start: 0, least: 0, most: 1e6, whole: true },
} as const;

export interface PlayState extends SettingsOf<typeof PLAY_RULES> {
  readonly layers: PlayStack;
  /** Of the task, by name, where they differ from its own. */
  readonly set: Readonly<Record<string, number>>;
  readonly edits: readonly WeightEdit[];
  readonly views: readonly string[];
  /** The signal of the heatmap and its layer, from 1: `h.2`; empty for what the last layer hands on. */
  readonly signal: string;
  /** What it reads; empty for the page's sentence. */
  readonly text: string;
  /** What it learns from, where a task is made of a text; empty for the task's own. */
  readonly lesson: string;
}

export const playStart: PlayState = {
  ...startOf(PLAY_RULES),
  layers: readStack('gru hidden:16, attention heads:2 mlp:2'),
  set: {},
  edits: [],
  views: ['heatmap'],
  signal: '',
  text: '',
  lesson: '',
};

type Written = readonly (readonly [name: string, now: string, start: string])[];

/** Empty for a playground that stands as it starts. */
export function writtenPlay(state: PlayState): string {
  const parts: Written = [
    ['layers', linkStack(state.layers), linkStack(playStart.layers)],
    ['set', linkNumbers(state.set), ''],
    ['edit', writtenEdits(state.edits), ''],
    ['views', state.views.join('.'), playStart.views.join('.')],
    ['signal', state.signal, ''],
    ['text', escaped(state.text), ''],
    ['lesson', escaped(state.lesson), ''],
  ];
  const [layers, ...others] = parts.map(([name, now, start]) => (now === start ? '' : `${name}-${now}`));
  return [layers, writtenSettings(PLAY_RULES, state), ...others].filter(Boolean).join('~');
}

/** Reads what `writtenPlay` wrote. What makes no sense is left as it starts, and complained about. */
export function readPlay(written: string, complaints: string[] = []): PlayState {
  const state: { -readonly [Name in keyof PlayState]: PlayState[Name] } = { ...playStart };
  const plain: string[] = [];
  let set = '';
  for (const pair of written.split('~').filter(Boolean)) {
    const [name, value] = [pair.slice(0, pair.indexOf('-')), pair.slice(pair.indexOf('-') + 1)];
    if (name === 'layers') state.layers = stackFrom(value, complaints) ?? state.layers;
    else if (name === 'set') set = value;
    else if (name === 'edit') state.edits = readEdits(value, complaints, MOST_LAYERS);
    else if (name === 'views') state.views = viewsFrom(value, complaints);
    else if (name === 'signal') state.signal = signalFrom(value, complaints);
    else if (name === 'text') state.text = unescaped(value);
    else if (name === 'lesson') state.lesson = unescaped(value);
    else plain.push(pair);
  }
  Object.assign(state, readSettings('play', PLAY_RULES, plain.join('~'), complaints));
  state.set = settingsFrom(set, state.task, complaints);
  if (state.lesson && !tasks.some(({ name, readsText }) => name === state.task && readsText)) {
    complaints.push(`The playground in this link: the task ${state.task} is made of no text.`);
    state.lesson = '';
  }
  return state;
}

function linkStack(stack: PlayStack): string {
  return writtenStack(stack).replaceAll(', ', '*').replaceAll(' ', '!').replaceAll(':', '.');
}

/** How wide the input is depends on the task too, so what fits no input at all is refused here, and the rest where it is shown. */
function stackFrom(written: string, complaints: string[]): PlayStack | undefined {
  const layers = written.split('*').map((layer) => layer.split('!').map((part, k) => (k === 0 ? part : part.replace('.', ':'))).join(' '));
  try {
    const stack = readStack(layers.join(', '));
    const obstacles = WIDTHS.map((width) => obstacleOf(stack, width));
    if (obstacles.includes('')) return stack;
    complaints.push(`The playground in this link: ${obstacles[0]}`);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    complaints.push(`The playground in this link: ${error.message}`);
  }
  return undefined;
}

/** All widths that the reader can give word vectors. */
const WIDTHS = Array.from({ length: PLAY_RULES.embedding.most }, (_, k) => k + 1).toSorted((one, other) => Number(other === PLAY_RULES.embedding.start) - Number(one === PLAY_RULES.embedding.start));

function linkNumbers(set: PlayState['set']): string {
  return Object.entries(set).map(([name, value]) => `${name}.${value}`).join('!');
}

function settingsFrom(written: string, task: string, complaints: string[]): PlayState['set'] {
  const known = tasks.find(({ name }) => name === task)?.settings ?? [];
  const pairs = written.split('!').filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf('.')), pair.slice(pair.indexOf('.') + 1)] as const);
  const fits = pairs.filter(([name, value]) => isValue(known.find((setting) => setting.name === name), value));
  for (const [name, value] of pairs.filter((pair) => !fits.includes(pair))) {
    const setting = known.find((each) => each.name === name);
    const reason = setting ? `${name} is a whole number from ${setting.least} to ${setting.most}, and not “${value.slice(0, 40)}”` : `the task ${task} has no setting “${name.slice(0, 40)}”`;
    complaints.push(`The playground in this link: ${reason}.`);
  }
  return Object.fromEntries(fits.map(([name, value]) => [name, Number(value)]));
}

function isValue(setting: TaskSetting | undefined, value: string): boolean {
  return setting !== undefined && /^-?\d{1,9}$/.test(value) && Number(value) >= setting.least && Number(value) <= setting.most;
}

function viewsFrom(written: string, complaints: string[]): readonly string[] {
  const names = written.split('.').filter(Boolean);
  const unknown = names.filter((name) => !PLAY_VIEWS.includes(name));
  if (unknown.length > 0) complaints.push(`The playground in this link: there is no view “${unknown.join(', ').slice(0, 40)}”; there are ${PLAY_VIEWS.join(', ')}.`);
  return PLAY_VIEWS.filter((name) => names.includes(name));
}

/** Whether the network has such a signal is for the heatmap to say. */
function signalFrom(written: string, complaints: string[]): string {
  if (/^[\w.]{1,40}\.\d$/.test(written)) return written;
  complaints.push(`The playground in this link: “${written.slice(0, 40)}” is no signal and its layer, as h.1.`);
  return '';
}

/** Numbers of a task, as an `<rnn-model>` takes them. */
export function taskSettings(set: PlayState['set']): string {
  return Object.entries(set).map(([name, value]) => `${name}:${value}`).join(' ');
}

/** Those of them that differ from the task's own. Empty for what cannot be read. */
export function changedSettings(task: string, given: unknown): PlayState['set'] {
  const known = tasks.find(({ name }) => name === task)?.settings ?? [];
  const numbers = namedNumbers('task-settings', given, '');
  return Object.fromEntries(Object.entries(numbers).filter(([name, value]) => known.some((setting) => setting.name === name && setting.default !== value && isValue(setting, String(value)))));
}

/** A text without the character that parts settings. */
function escaped(text: string): string {
  return text.replace(/[*~]/g, (character) => (character === '*' ? '*s' : '*t'));
}

function unescaped(text: string): string {
  return text.replace(/\*([st])/g, (_, letter) => (letter === 's' ? '*' : '~'));
}
