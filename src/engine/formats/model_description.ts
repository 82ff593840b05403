/** A model's description as the JSON that travels in a file's metadata. */
import { vocabularySize } from '../model/parameters';
import type { BlockSpec, ClassOutput, ModelSpec, RecurrentSpec, ValueOutput, VectorInput, WordInput } from '../model/spec';
import { fields, flag, listOf, number, optional, parsedJson, recordOf, scalar, text, withField, type Check } from './checked_json';

/** What options a block has is its own to say. */
const block: Check<BlockSpec> = (value, at) => {
  const { block: name, ...options } = recordOf(scalar)(value, at);
  return { ...options, block: text(name, `${at}.block`) } as BlockSpec;
};

const recurrent = fields<Omit<RecurrentSpec, 'block'>>({
  cell: text,
  hidden: number,
  bidirectional: optional(flag),
  projection: optional(number),
  bias: optional(flag),
  start: optional(text) as Check<RecurrentSpec['start']>,
  gain: optional(number),
  inputScale: optional(number),
  gateBias: optional(recordOf(number)),
  chrono: optional(number),
  oneBias: optional(flag),
});

const description = fields<ModelSpec>({
  // The words themselves travel beside the description, where other readers look for them.
  input: withField('size', fields<VectorInput>({ size: number }), fields<WordInput>({ embedding: number, vocab: optional(number), scale: optional(number) })),
  layers: listOf(withField('block', block, recurrent)),
  output: optional(withField('values', fields<ValueOutput>({ values: number }), fields<ClassOutput>({ classes: number, tied: optional(flag) }))),
  seed: optional(number),
  seeds: optional(listOf(number)),
});

/** The description, with the number of words in the place of their list, and nothing that is none of it: a task's output also names its classes. */
export function describe({ input, layers, output, seed, seeds }: ModelSpec): string {
  const read = 'size' in input ? { size: input.size } : { embedding: input.embedding, vocab: vocabularySize(input.vocab), scale: input.scale };
  const told = output && ('values' in output ? { values: output.values } : { classes: output.classes, tied: output.tied });
  return JSON.stringify({ input: read, layers, output: told, seed, seeds });
}

/** Types are checked here; what they may be is `modelShape`'s to say. Throws FormatError. */
export function describedModel(json: string): ModelSpec {
  return parsedJson(json, description, 'model');
}
