/**
 * A training run as it goes into a file beside the model, and comes out: what the optimiser keeps and what states are
 * carried as tensors, the rest as JSON. The random numbers need no state: batches depend on the task's seed and their number, what is
 * dropped on the trainer's seed and the update.
 */
import { FormatError } from '../errors';
import type { Tensor } from '../math/tensor';
import type { Parameters } from '../model/parameters';
import { layerStates, type ModelShape } from '../model/spec';
import type { TaskOptions } from '../tasks/task';
import type { Snapshot, TrainerOptions } from '../training/trainer';
import { fields, flag, listOf, number, optional, parsedJson, recordOf, scalar, text, type Check } from './checked_json';
import type { StoredTensors } from './safetensors';
import { storedName, storedValues } from './stored_model';

/** The task that batches came from: `taskNamed(name).make(rest)` makes them again. */
export type SavedTask = { readonly name: string } & TaskOptions;

/** How a run was set up, and how far it came. */
export interface SavedRun {
  readonly snapshot: Snapshot;
  readonly options: Omit<TrainerOptions, 'task'>;
  readonly task?: SavedTask;
}

/** `slots` names what the optimiser keeps, in its order. */
type Settings = Omit<SavedRun, 'snapshot'> & { readonly update: number; readonly slots: readonly string[] };

const optimizer: Check<TrainerOptions['optimizer']> = (value, at) => {
  const { name, lr, ...rest } = recordOf(scalar)(value, at);
  return { ...rest, name: text(name, `${at}.name`), ...(lr === undefined ? {} : { lr: number(lr, `${at}.lr`) }) };
};

const schedule = fields<{ name: string; updates?: number; floor?: number; warmUp?: number }>({ name: text, updates: optional(number), floor: optional(number), warmUp: optional(number) });

const settings = fields<Settings>({
  update: number,
  slots: listOf(text),
  options: fields<Omit<TrainerOptions, 'task'>>({
    optimizer: optional(optimizer),
    // Which schedules there are is the trainer's to say.
    schedule: optional(schedule) as Check<TrainerOptions['schedule']>,
    clip: optional(number),
    clipValue: optional(number),
    accumulate: optional(number),
    labelSmoothing: optional(number),
    carryState: optional(flag),
    dropout: optional(number),
    frozen: optional(listOf(text)),
    seed: optional(number),
  }),
  task: optional(fields<SavedTask>({ name: text, seed: number, sequences: number, settings: optional(recordOf(number)), text: optional(text) })),
});

/** The run but for its tensors. Throws FormatError for a setting that JSON cannot hold. */
export function runSettings({ snapshot: { update, slots }, options, task }: SavedRun): string {
  const json = JSON.stringify({ update, slots: [...slots.keys()], options, task } satisfies Settings);
  parsedJson(json, settings, 'run');
  return json;
}

/** The optimiser's slots, each under `optimizer.`, its name and the parameter's, and the carried states, `carried.l0.c` [M, D, B, width]. */
export function* runTensors(model: ModelShape, { slots, carried }: Snapshot): Generator<readonly [name: string, tensor: Tensor]> {
  for (const [slot, parameters] of slots) {
    for (const [parameter, tensor] of parameters) yield [slotName(slot, parameter), tensor];
  }
  if (!carried) return;
  for (const { name, layer, state, models, directions, width } of statesOf(model)) {
    const data = carried[layer][state];
    yield [name, { shape: [models, directions, data.length / (models * directions * width), width], data }];
  }
}

/**
 * The run of a file, and the names of the tensors it took.
 * Throws FormatError, ShapeError or NonFiniteError naming the tensor that is missing, misshapen or not finite.
 */
export function savedRun(model: ModelShape, parameters: Parameters, tensors: StoredTensors, json: string): { readonly run: SavedRun; readonly taken: readonly string[] } {
  const { update, slots: names, options, task } = parsedJson(json, settings, 'run');
  if (!Number.isSafeInteger(update) || update < 0) throw new FormatError('run.update', `${update} given; it must be a whole number from 0.`);
  const taken: string[] = [];
  const slots = new Map<string, Parameters>();
  for (const slot of new Set(names)) {
    const values = [...parameters].map(([parameter, { shape }]) => {
      const name = slotName(slot, parameter);
      taken.push(name);
      return [parameter, storedValues(tensors, name, shape)] as const;
    });
    slots.set(slot, new Map(values));
  }
  const states = statesOf(model).filter(({ name }) => tensors.has(name));
  const carried = states.length === 0 ? undefined : carriedStates(model, tensors);
  const snapshot = { update, parameters, slots, carried };
  return { run: { snapshot, options, ...(task && { task }) }, taken: [...taken, ...states.map(({ name }) => name)] };
}

function carriedStates(model: ModelShape, tensors: StoredTensors): Float32Array[][] {
  const carried: Float32Array[][] = model.layers.map(() => []);
  const sequences = tensors.get(statesOf(model)[0].name)?.shape[2] ?? 1;
  for (const { name, layer, state, models, directions, width } of statesOf(model)) {
    carried[layer][state] = storedValues(tensors, name, [models, directions, sequences, width]).data;
  }
  return carried;
}

function slotName(slot: string, parameter: string): string {
  return `optimizer.${slot}.${storedName(parameter)}`;
}

/** Every state that can be carried, with the tensor's name and all of its shape but the sequences. */
function statesOf({ layers, seeds }: ModelShape) {
  return layers.flatMap((layer, k) =>
    layerStates(layer).map(({ name, width }, state) => ({ name: `carried.l${k}.${name}`, layer: k, state, models: seeds.length, directions: layer.directions, width })),
  );
}
