/**
 * The safetensors format: eight bytes of header length, a JSON header padded with spaces, then the tensors' bytes. Files
 * come from strangers, so everything the header claims is checked before anything is allocated for it.
 *
 * Format: https://huggingface.co/docs/safetensors
 */
import { FormatError, NonFiniteError } from '../errors';
import { shapeText, size, type Tensor } from '../math/tensor';

/** A tensor of a file. Its values are made when `data` is first read, float32 whatever they were; that throws NonFiniteError for a number beyond float32. */
export type StoredTensor = Tensor<Float32Array> & { readonly dtype: Dtype };

/** By name, in the order of the file. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

export interface SafetensorsFile {
  /** Free text that travels with the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: StoredTensors;
}

const readers = {
  F64: { bytes: 8, read: (view: DataView, at: number) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view: DataView, at: number) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view: DataView, at: number) => halfFloat(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view: DataView, at: number) => brainFloat(view.getUint16(at, true)) },
  I64: { bytes: 8, read: (view: DataView, at: number) => Number(view.getBigInt64(at, true)) },
  I32: { bytes: 4, read: (view: DataView, at: number) => view.getInt32(at, true) },
  I16: { bytes: 2, read: (view: DataView, at: number) => view.getInt16(at, true) },
  I8: { bytes: 1, read: (view: DataView, at: number) => view.getInt8(at) },
  U8: { bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
} as const;

export type Dtype = keyof typeof readers;

/** The longest header the format allows. */
const LONGEST_HEADER = 100_000_000;

const LENGTH_BYTES = 8;

/** Reads a file. Throws FormatError, naming the tensor and what is wrong with it, for anything that does not add up. */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < LENGTH_BYTES) throw new FormatError('header', `the file has ${file.byteLength} bytes, too few even for the length of its header.`);
  const headerBytes = Number(view.getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + headerBytes;
  if (headerBytes > LONGEST_HEADER) throw new FormatError('header', `the header claims ${headerBytes.toLocaleString('en')} bytes; the most is ${LONGEST_HEADER.toLocaleString('en')}.`);
  if (dataStart > file.byteLength) throw new FormatError('header', `the header claims ${headerBytes.toLocaleString('en')} bytes and the file has ${(file.byteLength - LENGTH_BYTES).toLocaleString('en')} after it: it is cut off, or not a safetensors file.`);
  const header = parsedHeader(file.subarray(LENGTH_BYTES, dataStart));
  const { __metadata__: metadata = {}, ...entries } = header;

  const places = Object.entries(entries).map(([name, entry]) => checkedEntry(name, entry, file.byteLength - dataStart));
  checkCovered(places, file.byteLength - dataStart);
  return { metadata: checkedMetadata(metadata), tensors: new Map(places.map((place) => [place.name, storedTensor(view, dataStart, place)])) };
}

/** A file may hold far more than a model: only what is asked for is turned into numbers. */
function storedTensor(view: DataView, dataStart: number, { name, dtype, shape, begin }: Place): StoredTensor {
  let values: Float32Array | undefined;
  return {
    dtype,
    shape,
    get data() {
      return (values ??= float32Values(name, size(shape), readers[dtype], view, dataStart + begin));
    },
  };
}

function float32Values(name: string, count: number, { bytes, read }: (typeof readers)[Dtype], view: DataView, from: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const value = read(view, from + i * bytes);
    values[i] = value;
    if (Number.isFinite(value) && !Number.isFinite(values[i])) throw new NonFiniteError(name, i, value);
  }
  return values;
}

/** Writes float32 tensors under their names, in the order given. Throws FormatError for a name given twice or data that does not fit its shape. */
export function writeSafetensors(tensors: Iterable<readonly [name: string, tensor: Tensor]>, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const listed = [...tensors];
  const header = new Map<string, unknown>(Object.keys(metadata).length ? [['__metadata__', metadata]] : []);
  let end = 0;
  for (const [name, { shape, data }] of listed) {
    if (header.has(name) || name === '__metadata__') throw new FormatError(shownName(name), 'the name is taken.');
    if (data.length !== size(shape)) throw new FormatError(shownName(name), `it has ${data.length} values, and ${shapeText(shape)} takes ${size(shape)}.`);
    const begin = end;
    end += 4 * data.length;
    header.set(name, { dtype: 'F32', shape, data_offsets: [begin, end] });
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, LENGTH_BYTES);
  file.fill(0x20, LENGTH_BYTES + json.length, LENGTH_BYTES + headerBytes);
  let at = LENGTH_BYTES + headerBytes;
  for (const [, { data }] of listed) {
    for (let i = 0; i < data.length; i++, at += 4) view.setFloat32(at, data[i], true);
  }
  return file;
}

/** A name as messages show it: a stranger's may be megabytes long. */
export function shownName(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}

interface Place {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parsedHeader(bytes: Uint8Array): Record<string, unknown> {
  let json: string;
  let parsed: unknown;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    parsed = JSON.parse(json);
  } catch (error) {
    throw new FormatError('header', `the header is not JSON: ${shownName((error as Error).message)}.`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new FormatError('header', 'the header is not an object.');
  const repeated = repeatedName(json);
  if (repeated !== undefined) throw new FormatError(shownName(repeated), 'the header has two entries of this name.');
  return parsed as Record<string, unknown>;
}

/** The first name that an object has twice; JSON.parse would keep the last and say nothing. @param json - of an object, known to be valid */
function repeatedName(json: string): string | undefined {
  const names = new Set<string>();
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    if (json[at] === '{' || json[at] === '[') depth++;
    else if (json[at] === '}' || json[at] === ']') depth--;
    else if (json[at] === '"') {
      const start = at;
      for (at++; json[at] !== '"'; at++) if (json[at] === '\\') at++;
      if (depth > 1 || !isNameEnd(json, at + 1)) continue;
      const name = JSON.parse(json.slice(start, at + 1)) as string;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}

/** Whether a colon comes next. */
function isNameEnd(json: string, at: number): boolean {
  while (/\s/.test(json[at])) at++;
  return json[at] === ':';
}

function checkedEntry(key: string, entry: unknown, dataBytes: number): Place {
  const name = shownName(key);
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== 'string' || !Object.hasOwn(readers, dtype)) throw new FormatError(name, `its type is ${shownValue(dtype)}; readable are ${Object.keys(readers).join(', ')}.`);
  if (!isCounts(shape)) throw new FormatError(name, `its shape is ${shownValue(shape)}; it must be a list of whole numbers.`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new FormatError(name, `its data_offsets are ${shownValue(offsets)}; they must be two whole numbers.`);
  const [begin, end] = offsets;
  if (begin > end || end > dataBytes) throw new FormatError(name, `it lies at bytes ${begin} to ${end} of ${dataBytes}: outside the file.`);
  const needed = size(shape) * readers[dtype as Dtype].bytes;
  if (needed !== end - begin) throw new FormatError(name, `[${shownName(shape.join(', '))}] of ${dtype} takes ${needed} bytes, and it has ${end - begin}.`);
  return { name: key, dtype: dtype as Dtype, shape, begin, end };
}

/** A value of the header as messages show it; a list nested too deep for JSON.stringify is only called one. */
function shownValue(value: unknown): string {
  if (typeof value === 'object' && value !== null && Object.values(value).some((inner) => typeof inner === 'object')) return Array.isArray(value) ? 'a list of lists' : 'an object';
  return shownName(String(JSON.stringify(value)));
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && (count as number) >= 0);
}

/** Bytes of two tensors are a trap (what is written to one would change the other), and bytes of none a place to hide things: the format forbids both. */
function checkCovered(places: readonly Place[], dataBytes: number): void {
  const sorted = places.filter(({ begin, end }) => end > begin).toSorted((one, other) => one.begin - other.begin);
  let covered = 0;
  sorted.forEach(({ name, begin, end }, i) => {
    if (begin < covered) throw new FormatError(shownName(name), `it shares bytes with ${shownName(sorted[i - 1].name)}.`);
    if (begin > covered) throw new FormatError(shownName(name), `it begins at byte ${begin}, and the tensors before it end at ${covered}: the bytes between belong to none.`);
    covered = end;
  });
  if (covered < dataBytes) throw new FormatError('data', `${dataBytes - covered} bytes after the last tensor belong to none.`);
}

function checkedMetadata(metadata: unknown): Record<string, string> {
  const valid = typeof metadata === 'object' && metadata !== null && Object.values(metadata).every((value) => typeof value === 'string');
  if (!valid) throw new FormatError('__metadata__', 'it must hold texts by name.');
  return metadata as Record<string, string>;
}

/** IEEE 754 binary16. */
function halfFloat(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16: the upper half of a float32. */
function brainFloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
}
