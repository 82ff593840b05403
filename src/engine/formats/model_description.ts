/** A model's description as the JSON that travels in a file's metadata. */
import type { ClassOutput, LayerSpec, ModelSpec, ValueOutput, VectorInput, WordInput } from '../model/spec';
import { fields, flag, listOf, number, optional, parsedJson, recordOf, text, withField, type Check } from './checked_json';

const layer = fields<LayerSpec>({
  cell: text,
  hidden: number,
  bidirectional: optional(flag),
  projection: optional(number),
  bias: optional(flag),
  start: optional(text) as Check<LayerSpec['start']>,
  gain: optional(number),
  inputScale: optional(number),
  gateBias: optional(recordOf(number)),
  chrono: optional(number),
  oneBias: optional(flag),
});

const description = fields<ModelSpec>({
  // The words themselves travel beside the description, where other readers look for them.
  input: withField('size', fields<VectorInput>({ size: number }), fields<WordInput>({ embedding: number, vocab: optional(number), scale: optional(number) })),
  layers: listOf(layer),
  output: optional(withField('values', fields<ValueOutput>({ values: number }), fields<ClassOutput>({ classes: number, tied: optional(flag) }))),
  seed: optional(number),
  seeds: optional(listOf(number)),
});

/** The description, with the number of words in the place of their list. */
export function describe(spec: ModelSpec): string {
  const { input } = spec;
  return JSON.stringify('embedding' in input && typeof input.vocab === 'object' ? { ...spec, input: { ...input, vocab: input.vocab.length } } : spec);
}

/** Types are checked here; what they may be is `modelShape`'s to say. Throws FormatError. */
export function describedModel(json: string): ModelSpec {
  return parsedJson(json, description, 'model');
}
