/**
 * The safetensors format: eight bytes of header length, a JSON header padded with spaces, then the tensors' bytes. Files
 * come from strangers, so everything the header claims is checked before anything is allocated for it.
 *
 * Format: https://huggingface.co/docs/safetensors
 */
import { FormatError } from '../errors';
import { size, type Tensor } from '../math/tensor';

export interface SafetensorsFile {
  /** Free text that travels with the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of the file. Values are float32, whatever they were; `dtype` says what. */
  readonly tensors: ReadonlyMap<string, Tensor<Float32Array> & { readonly dtype: Dtype }>;
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
  checkApart(places);
  const tensors = new Map(
    places.map(({ name, dtype, shape, begin }) => {
      const { bytes, read } = readers[dtype];
      const data = new Float32Array(size(shape));
      for (let i = 0; i < data.length; i++) data[i] = read(view, dataStart + begin + i * bytes);
      return [name, { dtype, shape, data }] as const;
    }),
  );
  return { metadata: checkedMetadata(metadata), tensors };
}

/** Writes float32 tensors under their names, in the order given. */
export function writeSafetensors(tensors: Iterable<readonly [name: string, tensor: Tensor]>, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const listed = [...tensors];
  const header: Record<string, unknown> = Object.keys(metadata).length ? { __metadata__: metadata } : {};
  let end = 0;
  for (const [name, { shape, data }] of listed) {
    const begin = end;
    end += 4 * data.length;
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
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

interface Place {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parsedHeader(bytes: Uint8Array): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new FormatError('header', `the header is not JSON: ${(error as Error).message}.`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new FormatError('header', 'the header is not an object.');
  return parsed as Record<string, unknown>;
}

function checkedEntry(name: string, entry: unknown, dataBytes: number): Place {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (typeof dtype !== 'string' || !Object.hasOwn(readers, dtype)) throw new FormatError(name, `its type is ${JSON.stringify(dtype)}; readable are ${Object.keys(readers).join(', ')}.`);
  if (!isCounts(shape)) throw new FormatError(name, `its shape is ${JSON.stringify(shape)}; it must be a list of whole numbers.`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new FormatError(name, `its data_offsets are ${JSON.stringify(offsets)}; they must be two whole numbers.`);
  const [begin, end] = offsets;
  if (begin > end || end > dataBytes) throw new FormatError(name, `it lies at bytes ${begin} to ${end} of ${dataBytes}: outside the file.`);
  const needed = size(shape) * readers[dtype as Dtype].bytes;
  if (needed !== end - begin) throw new FormatError(name, `[${shape.join(', ')}] of ${dtype} takes ${needed} bytes, and it has ${end - begin}.`);
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && (count as number) >= 0);
}

/** Two tensors that share bytes are a trap: what is written to one would change the other. */
function checkApart(places: readonly Place[]): void {
  const sorted = places.filter(({ begin, end }) => end > begin).toSorted((one, other) => one.begin - other.begin);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i].begin < sorted[i - 1].end) throw new FormatError(sorted[i].name, `it shares bytes with ${sorted[i - 1].name}.`);
  }
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
