/** Reads a case of the golden format (test/fixtures/golden/README.md) from its text, in Node and in pages alike. */
import type { Tensor } from '../../src/engine/index';

export type Values = Float32Array | Float64Array | Int32Array;

export interface Tolerance {
  readonly scale?: number;
  readonly atol_gpu?: number;
}

export interface GoldenCase {
  readonly name: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly tol: Readonly<Record<string, Tolerance>>;
  readonly tensors: Readonly<Record<string, Tensor<Values>>>;
}

/** Something that says it is a golden case, and is not one that can be read. */
export class MalformedCase extends Error {
  override name = 'MalformedCase';
}

/** JSON that has nothing to do with golden cases, such as an index; the reason says why. */
export interface NotACase {
  readonly notACase: string;
}

export function isCase(parsed: GoldenCase | NotACase): parsed is GoldenCase {
  return 'tensors' in parsed;
}

type Json = Record<string, unknown>;

/** Decodes a case. Throws MalformedCase. @param fallbackName - used where the case has no name of its own */
export function parseCase(text: string, fallbackName: string): GoldenCase | NotACase {
  const raw = parseJson(text);
  if (!isObject(raw)) return { notACase: Array.isArray(raw) ? 'a list, not a case' : 'no object' };
  if (raw.format !== 'rnn-oracle/1') {
    if (typeof raw.format === 'string') return { notACase: `format "${raw.format}"` };
    if (!('tensors' in raw && 'groups' in raw)) return { notACase: 'not of the golden format' };
    throw new MalformedCase('no format; "rnn-oracle/1" is the one known');
  }
  const { name = fallbackName, kind, config = {}, tol = {} } = raw;
  if (typeof name !== 'string') throw new MalformedCase('name is no text');
  if (typeof kind !== 'string') throw new MalformedCase('kind is missing');
  if (!isObject(config)) throw new MalformedCase('config is no object');
  if (!isObject(tol)) throw new MalformedCase('tol is no object');
  const tensors = parseTensors(raw.tensors);
  return { name, kind, config, tol: parseTolerances(tol), tensors, groups: parseGroups(raw.groups, tensors) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedCase(`not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function parseTensors(raw: unknown): Record<string, Tensor<Values>> {
  if (!isObject(raw)) throw new MalformedCase('tensors are missing');
  return Object.fromEntries(Object.entries(raw).map(([name, tensor]) => [name, decodeTensor(name, tensor)]));
}

const arrayTypes = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;

function decodeTensor(name: string, raw: unknown): Tensor<Values> {
  if (!isObject(raw)) throw new MalformedCase(`tensor ${name} is no object`);
  const { dtype = 'float32', shape, data } = raw;
  if (typeof dtype !== 'string' || !(dtype in arrayTypes)) throw new MalformedCase(`tensor ${name}: dtype ${String(dtype)} is not one of ${Object.keys(arrayTypes).join(', ')}`);
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) throw new MalformedCase(`tensor ${name}: no shape of whole numbers`);
  const values = decodeValues(name, arrayTypes[dtype as keyof typeof arrayTypes], data);
  const count = (shape as number[]).reduce((product, n) => product * n, 1);
  if (values.length !== count) throw new MalformedCase(`tensor ${name}: shape [${shape.join(', ')}] holds ${count} values, data ${values.length}`);
  return { shape: shape as number[], data: values };
}

function decodeValues(name: string, type: (typeof arrayTypes)[keyof typeof arrayTypes], data: unknown): Values {
  if (Array.isArray(data)) {
    if (!data.every((value) => typeof value === 'number')) throw new MalformedCase(`tensor ${name}: data holds something that is no number`);
    return type.from(data as number[]);
  }
  if (typeof data !== 'string') throw new MalformedCase(`tensor ${name}: data is missing`);
  let bytes: string;
  try {
    bytes = atob(data);
  } catch (error) {
    throw new MalformedCase(`tensor ${name}: data is not base64`, { cause: error });
  }
  if (bytes.length % type.BYTES_PER_ELEMENT) throw new MalformedCase(`tensor ${name}: ${bytes.length} bytes are no whole number of values`);
  return new type(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)).buffer);
}

function parseGroups(raw: unknown, tensors: Readonly<Record<string, unknown>>): Record<string, string[]> {
  if (!isObject(raw)) throw new MalformedCase('groups are missing');
  for (const [group, names] of Object.entries(raw)) {
    if (!Array.isArray(names)) throw new MalformedCase(`groups.${group} is no list of names`);
    const missing = names.find((name) => !Object.hasOwn(tensors, String(name)));
    if (missing !== undefined) throw new MalformedCase(`groups.${group} names ${String(missing)}, and there is no such tensor`);
  }
  return raw as Record<string, string[]>;
}

function parseTolerances(raw: Json): Record<string, Tolerance> {
  const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined);
  return Object.fromEntries(
    Object.entries(raw).map(([name, entry]) => [name, isObject(entry) ? { scale: number(entry.scale), atol_gpu: number(entry.atol_gpu) } : {}]),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
