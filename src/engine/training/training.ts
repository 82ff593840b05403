/** How a model is trained, with everything checked and set: what both engines work from. */
import { OptionError } from '../errors';
import { parameterShapes, type Parameters } from '../model/parameters';
import { layerStates, layerTitle, type ModelShape } from '../model/spec';
import { optimizerNamed } from '../optimizers/index';
import type { Optimizer } from '../optimizers/optimizer';
import type { BatchSource, CheckedBatch } from './batch';
import { checkedBatch, checkFits } from './checked_batch';
import { checkedSchedule, type CheckedSchedule } from './schedule';
import type { TrainerOptions } from './trainer';

export interface Training {
  readonly source: BatchSource;
  /** The source's first batch: all others have its shape, and its kind of target. */
  readonly first: CheckedBatch;
  readonly optimizer: Optimizer;
  /** All of the optimiser's own options, by name. */
  readonly settings: Readonly<Record<string, number>>;
  readonly rate: number;
  readonly schedule: CheckedSchedule;
  /** By the norm of a model's whole gradient, or by the magnitude of each entry. */
  readonly clip: { readonly by: 'norm' | 'value'; readonly most: number } | undefined;
  readonly accumulate: number;
  readonly labelSmoothing: number;
  readonly carryState: boolean;
  readonly dropout: number;
  /** Names of parameters, whole: `bias_hh_l0`. */
  readonly frozen: ReadonlySet<string>;
  readonly seed: number;
}

/** Above it no optimiser here trains anything: a slip of the hand. */
export const LARGEST_RATE = 100;

/** Checks how a model is to be trained, and the first batch. Throws OptionError, ShapeError or NonFiniteError naming what is wrong and the remedy. */
export function checkedTraining(model: ModelShape, parameters: Parameters, options: TrainerOptions): Training {
  checkNames(options);
  const source = options.task;
  if (typeof source?.batch !== 'function') throw new OptionError('task', 'task: nothing given that makes batches; give a task, or { batch(k) }.');
  checkFits(model, source);
  const first = checkedBatch(model, parameters, source.batch(0));
  const optimizer = optimizerNamed(options.optimizer?.name ?? 'adam');
  const { labelSmoothing = 0, carryState = false, dropout = 0, accumulate = 1, seed = 0 } = options;
  if (!(dropout >= 0 && dropout < 1)) throw new OptionError('dropout', `dropout: ${dropout} given; it is a part of each layer's output, from 0 to below 1.`);
  if (!(Number.isSafeInteger(accumulate) && accumulate >= 1)) throw new OptionError('accumulate', `accumulate: ${accumulate} given; it is a number of batches, a whole number of at least 1.`);
  if (!Number.isSafeInteger(seed)) throw new OptionError('seed', `seed: ${seed} is not a whole number.`);
  return {
    source,
    first,
    optimizer,
    settings: optimizerSettings(optimizer, options.optimizer ?? {}),
    rate: learningRate(options.optimizer?.lr ?? optimizer.rate),
    schedule: checkedSchedule(options.schedule),
    clip: clipping(options),
    accumulate,
    labelSmoothing: smoothing(labelSmoothing, first),
    carryState: carryState && carried(model, first),
    dropout,
    frozen: frozenNames(model, options.frozen ?? []),
    seed,
  };
}

const known = ['task', 'optimizer', 'schedule', 'clip', 'clipValue', 'accumulate', 'labelSmoothing', 'carryState', 'dropout', 'frozen', 'seed'];

function checkNames(options: TrainerOptions): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new OptionError(unknown, `${unknown}: training has no such option; it has ${known.join(', ')}.`);
}

function learningRate(rate: number): number {
  if (rate > 0 && rate <= LARGEST_RATE) return rate;
  const remedy = rate === 0 ? 'nothing would be learned' : rate > LARGEST_RATE ? `the largest allowed is ${LARGEST_RATE}, and 0.001 to 0.1 is usual` : 'it must be a number above 0; 0.001 to 0.1 is usual';
  throw new OptionError('lr', `optimizer.lr: a learning rate of ${rate} given; ${remedy}.`);
}

function optimizerSettings({ name, title, options }: Optimizer, given: Readonly<Record<string, unknown>>): Record<string, number> {
  const own = options.map((option) => option.name);
  const unknown = Object.keys(given).find((key) => key !== 'name' && key !== 'lr' && !own.includes(key));
  if (unknown !== undefined) throw new OptionError(`optimizer.${unknown}`, `optimizer.${unknown}: ${title} has no such option; "${name}" has lr, ${own.join(', ')}.`);
  return Object.fromEntries(
    options.map((option) => {
      const { [option.name]: value = option.default } = given;
      const number = option.flag && typeof value === 'boolean' ? Number(value) : value;
      const inside = typeof number === 'number' && number >= option.least && (option.below ? number < option.most : number <= option.most);
      if (inside && (!option.flag || number === 0 || number === 1)) return [option.name, number];
      const allowed = option.flag ? 'true or false' : `a number from ${option.least} to ${option.below ? 'below ' : ''}${option.most}`;
      throw new OptionError(`optimizer.${option.name}`, `optimizer.${option.name}: ${String(value)} given; it must be ${allowed}.`);
    }),
  );
}

function clipping({ clip, clipValue }: TrainerOptions): Training['clip'] {
  if (clip !== undefined && clipValue !== undefined) throw new OptionError('clip', 'clip and clipValue: give one of them; by norm keeps the direction of the gradient, by value does not.');
  const [name, most] = clip === undefined ? (['clipValue', clipValue] as const) : (['clip', clip] as const);
  if (most === undefined) return undefined;
  if (!(most > 0 && Number.isFinite(most))) throw new OptionError(name, `${name}: ${most} given; it must be a number above 0. Leave it out to clip nothing.`);
  return { by: name === 'clip' ? 'norm' : 'value', most };
}

function smoothing(part: number, first: CheckedBatch): number {
  if (!(part >= 0 && part < 1)) throw new OptionError('labelSmoothing', `labelSmoothing: ${part} given; it is a part of the target, from 0 to below 1.`);
  if (part > 0 && first.values) throw new OptionError('labelSmoothing', 'labelSmoothing: this task asks for numbers, which have no labels to smooth; leave it out.');
  return part;
}

function carried({ layers }: ModelShape, { lengths }: CheckedBatch): true {
  if (layers.some(({ directions }) => directions === 2)) throw new OptionError('carryState', 'carryState: a layer that reads in both directions cannot go on where a batch ended; use forward layers.');
  layers.forEach((layer, k) => {
    if (layerStates(layer).some(({ grows }) => grows)) throw new OptionError('carryState', `carryState: layer ${k}, ${layerTitle(layer)}, keeps something of every step so far, which would grow from batch to batch without end; leave carryState out.`);
  });
  if (lengths) throw new OptionError('carryState', 'carryState: the sequences of this task end early, so the next batch cannot go on where they do; use sequences of one length.');
  return true;
}

function frozenNames(model: ModelShape, given: readonly string[]): Set<string> {
  const names = [...parameterShapes(model).keys()];
  return new Set(
    given.flatMap((frozen) => {
      const found = names.filter((name) => name === frozen || name.replace(/^layers\.\d+\.|_l\d+(_reverse)?$/, '') === frozen);
      if (!found.length) throw new OptionError('frozen', `frozen: this model has no parameter "${frozen}"; it has ${names.join(', ')}.`);
      return found;
    }),
  );
}
