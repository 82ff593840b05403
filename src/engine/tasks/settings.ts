/** What a task is asked to be, checked. */
import { OptionError } from '../errors';
import type { Task, TaskOptions, TaskSetting } from './task';

/** More sequences in a batch than any device here can train on; a slip of the hand rather than a plan. */
const MOST_SEQUENCES = 65_535;

/** Every setting of a task by name. */
export type Settings<All extends readonly TaskSetting[]> = Readonly<Record<All[number]['name'], number>>;

/** All settings of a task, the defaults where none are given. Throws OptionError. */
export function checkedSettings<const All extends readonly TaskSetting[]>(task: Pick<Task, 'name' | 'readsText'> & { readonly settings: All }, options: TaskOptions): Settings<All> {
  const { seed, settings = {}, text } = options;
  if (!Number.isSafeInteger(seed)) throw new OptionError('seed', `${task.name}: seed is ${seed}; it must be a whole number.`);
  checkedSequences(task, options.sequences);
  if (text !== undefined && !task.readsText) throw new OptionError('text', `${task.name}: this task makes its own sequences and reads no text.`);
  const names = task.settings.map(({ name }) => name);
  const unknown = Object.keys(settings).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new OptionError(unknown, `${task.name}: there is no setting "${unknown}"; ${names.length ? `it has ${names.join(', ')}` : 'it has none'}.`);
  }
  const all = task.settings.map((setting) => [setting.name, checkedValue(task, setting, settings[setting.name] ?? setting.default)]);
  return Object.fromEntries(all) as Settings<All>;
}

/** How many sequences to draw. Throws OptionError. */
export function checkedSequences({ name }: Pick<Task, 'name'>, sequences: number): number {
  if (Number.isSafeInteger(sequences) && sequences >= 1 && sequences <= MOST_SEQUENCES) return sequences;
  throw new OptionError('sequences', `${name}: sequences is ${sequences}; it must be a whole number from 1 to ${MOST_SEQUENCES.toLocaleString('en')}.`);
}

function checkedValue(task: Pick<Task, 'name'>, { name, least, most, names = {} }: TaskSetting, value: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const called = Object.entries(names).map(([number, word]) => `${number} for ${word}`);
  throw new OptionError(
    name,
    `${task.name}: ${name} is ${value}; it must be a whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')}${called.length ? ` (${called.join(', ')})` : ''}.`,
  );
}
