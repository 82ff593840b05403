/** A model, or a run with everything needed to go on, as one safetensors file. */
import { OptionError } from '../errors';
import { size, type Tensor } from '../math/tensor';
import { checkedParameters, stateDict, type Parameters, type StateDict } from '../model/parameters';
import { modelShape, type ModelSpec } from '../model/spec';
import { describe } from './model_description';
import { writeSafetensors } from './safetensors';
import { runSettings, runTensors, type SavedRun } from './saved_run';
import { storedName } from './stored_model';

/** What the metadata of our files begins with, and their version. */
export const MARK = 'rnn_heatmap';
export const VERSION = '1';

/** Names that `about` may not use. */
const RESERVED = ['format', MARK, 'model', 'vocab', 'run'];

export type ModelToSave = {
  /** As it was given to `engine.model`. */
  readonly spec: ModelSpec;
  /** Anything to say in the file's metadata: where the model comes from, the command that made it. */
  readonly about?: Readonly<Record<string, string>>;
} & ({ readonly weights: Parameters | StateDict } | { /** Its snapshot holds the weights. */ readonly run: SavedRun });

/**
 * Writes the file. Parameters go by PyTorch's names for a module with `embedding`, `rnn` and `head`; metadata holds the
 * description (`model`), the words (`vocab`) and how a run was set up (`run`). `openModel` brings all of it back bit for bit.
 * @param model - which one of a bundle is saved, alone; all unless given
 * Throws OptionError, ShapeError, NonFiniteError for what does not fit together.
 */
export function saveModel(saved: ModelToSave, { model }: { readonly model?: number } = {}): Uint8Array<ArrayBuffer> {
  const { about = {} } = saved;
  const taken = Object.keys(about).find((key) => RESERVED.includes(key));
  if (taken) throw new OptionError('about', `about: "${taken}" is written by the file itself; use another name.`);
  const shape = modelShape(saved.spec);
  const run = 'run' in saved ? saved.run : undefined;
  const given = 'run' in saved ? saved.run.snapshot.parameters : saved.weights;
  const parameters = checkedParameters(shape, given instanceof Map ? stateDict(given) : (given as StateDict));
  const tensors: (readonly [name: string, tensor: Tensor])[] = [...parameters].map(([parameter, tensor]) => [storedName(parameter), tensor]);
  if (run) tensors.push(...runTensors(shape, run.snapshot));

  const one = model === undefined ? undefined : bundleMember(model, shape.seeds.length);
  const spec = one === undefined ? saved.spec : { ...saved.spec, seeds: [shape.seeds[one]] };
  const { input } = spec;
  const metadata = {
    format: 'pt',
    [MARK]: VERSION,
    model: describe(spec),
    ...('embedding' in input && typeof input.vocab === 'object' ? { vocab: JSON.stringify(input.vocab) } : {}),
    ...(run && { run: runSettings(run) }),
    ...about,
  };
  return writeSafetensors(one === undefined || shape.seeds.length === 1 ? tensors : tensors.map(([name, tensor]) => [name, memberOf(tensor, name, one, shape.seeds.length)]), metadata);
}

function bundleMember(model: number, models: number): number {
  if (Number.isInteger(model) && model >= 0 && model < models) return model;
  throw new OptionError('model', `model: ${model} given; this bundle has models 0 to ${models - 1}.`);
}

/** A model's part of a bundle's tensor; carried states keep an axis M of 1. */
function memberOf({ shape, data }: Tensor, name: string, model: number, models: number): Tensor {
  const inner = shape.slice(1);
  const count = size(shape) / models;
  const part = Array.prototype.slice.call(data, model * count, (model + 1) * count) as number[];
  return { shape: name.startsWith('carried.') ? [1, ...inner] : inner, data: part };
}
