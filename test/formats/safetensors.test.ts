/** The safetensors reader and writer: what others wrote, what we write, and what no one should have written. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, initialWeights, createEngine, readSafetensors, writeSafetensors, type Tensor } from '../../src/engine';

const golden = (name: string) => new URL(`../fixtures/golden/${name}`, import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(golden(name)));

/** A file with this header and so many bytes of data. */
function fileWith(header: unknown, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

describe('reading', () => {
  it('finds what PyTorch’s writer put there: every type, a scalar, an empty tensor, unaligned offsets', () => {
    const { tensors: expected } = JSON.parse(readFileSync(golden('safetensors_edge.json'), 'utf8')) as { tensors: Record<string, { shape: number[]; dtype?: string; data: string }> };
    const { tensors } = readSafetensors(bytesOf('safetensors_edge.safetensors'));
    expect([...tensors.keys()].toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const [name, { shape, dtype, data }] of Object.entries(expected)) {
      const { buffer } = Uint8Array.from(Buffer.from(data, 'base64')); // a copy, aligned
      const values = Float32Array.from(dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer));
      expect(tensors.get(name)!.shape).toEqual(shape);
      expect(tensors.get(name)!.data).toEqual(values);
    }
  });

  it('keeps the metadata', () => {
    expect(readSafetensors(bytesOf('charlm_lstm.safetensors')).metadata).toMatchObject({ cell: 'lstm', format: 'pt' });
  });

  it('refuses a file cut off anywhere', () => {
    const whole = bytesOf('safetensors_edge.safetensors');
    for (let length = 0; length < whole.length; length++) {
      expect(() => readSafetensors(whole.subarray(0, length)), `${length} of ${whole.length} bytes`).toThrow(FormatError);
    }
  });

  const place = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({ dtype, shape, data_offsets: offsets });
  it.each([
    ['a header longer than the file', fileWith('{}').fill(200, 0, 3), 'header claims'],
    ['a header longer than the format allows', fileWith('{}').fill(1, 0, 8), 'the most is 100,000,000'],
    ['a header that is not JSON', fileWith('{oh'), 'not JSON'],
    ['a header that is a list', fileWith('[]'), 'not an object'],
    ['bytes that are no text', fileWith('\u0000\u0001'), 'not JSON'],
    ['an unknown type', fileWith({ w: place([1], [0, 4], 'F8_E4M3') }, 4), 'its type is "F8_E4M3"; readable are F64'],
    ['a type from the prototype', fileWith({ w: place([1], [0, 4], 'constructor') }, 4), 'its type is "constructor"'],
    ['a negative size', fileWith({ w: place([-1], [0, 4]) }, 4), 'whole numbers'],
    ['a shape that is no list', fileWith({ w: place('4', [0, 4]) }, 4), 'whole numbers'],
    ['offsets past the end', fileWith({ w: place([1], [4, 8]) }, 4), 'outside the file'],
    ['offsets in the wrong order', fileWith({ w: place([1], [4, 0]) }, 4), 'outside the file'],
    ['three offsets', fileWith({ w: place([1], [0, 4, 8]) }, 8), 'two whole numbers'],
    ['bytes that do not fit the shape', fileWith({ w: place([2], [0, 4]) }, 4), 'takes 8 bytes, and it has 4'],
    ['a shape of 2⁵⁰ entries in no bytes', fileWith({ w: place([2 ** 25, 2 ** 25], [0, 0]) }), 'takes'],
    ['sizes beyond whole numbers', fileWith({ w: place([2 ** 53], [0, 4]) }, 4), 'its shape is [9007199254740992]'],
    ['offsets beyond whole numbers', fileWith({ w: place([1], [2 ** 53, 2 ** 53 + 4]) }, 4), 'two whole numbers'],
    ['sizes whose product is beyond all numbers', fileWith({ w: place([...Array.from({ length: 30 }, () => 2 ** 52), 0], [0, 0]) }), 'takes NaN bytes'],
    ['an empty file', new Uint8Array(), '0 bytes'],
    ['two tensors of one name', fileWith('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0077" :{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), 'w: the header has two entries of this name'],
    ['two metadata', fileWith('{"__metadata__":{},"__metadata__":{}}'), '__metadata__: the header has two entries'],
    ['bytes between tensors that belong to none', fileWith({ v: place([1], [0, 4]), w: place([1], [8, 12]) }, 12), 'w: it begins at byte 8, and the tensors before it end at 4'],
    ['bytes before the first tensor', fileWith({ w: place([1], [4, 8]) }, 8), 'w: it begins at byte 4'],
    ['bytes after the last tensor', fileWith({ w: place([1], [0, 4]) }, 9), 'data: 5 bytes after the last tensor'],
    ['an entry of lists within lists', fileWith(`{"w":{"dtype":"F32","shape":${'['.repeat(100_000)}${']'.repeat(100_000)},"data_offsets":[0,4]}}`, 4), 'its shape is a list of lists'],
    ['a type that is megabytes of text', fileWith({ w: place([1], [0, 4], 'x'.repeat(3_000_000)) }, 4), /^w: its type is "x{99}…; readable/],
    ['a name that is megabytes of text', fileWith({ ['y'.repeat(3_000_000)]: null }), /^y{100}…: its type/],
    ['tensors that share bytes', fileWith({ w: place([2], [0, 8]), v: place([1], [4, 8]) }, 8), 'v: it shares bytes with w'],
    ['an entry that is null', fileWith({ w: null }), 'its type is undefined'],
    ['metadata that is no text', fileWith({ __metadata__: { a: 1 } }), '__metadata__: it must hold texts'],
  ])('refuses %s, and says what is wrong', (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(FormatError);
    expect(() => readSafetensors(file)).toThrow(message);
  });

  it('keeps names of the prototype apart from it', () => {
    const file = fileWith(`{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"constructor":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"__metadata__":{"__proto__":"x","a\\"}{[b":"y"}}`, 2);
    const { tensors, metadata } = readSafetensors(file);
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor']);
    expect(Object.entries(metadata)).toEqual([['__proto__', 'x'], ['a"}{[b', 'y']]);
    expect(({} as Record<string, unknown>)['dtype']).toBeUndefined();
  });

  it('makes numbers of a tensor only when it is asked for', () => {
    const file = fileWith({ w: place([2], [0, 2], 'U8') }, 2);
    const { tensors } = readSafetensors(file);
    file[file.length - 1] = 9;
    const { data } = tensors.get('w')!;
    expect(data).toEqual(Float32Array.of(0, 9));
    expect(tensors.get('w')!.data).toBe(data);
  });

  it('throws nothing but FormatError, whatever bytes it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.jsonValue(), fc.nat(64), (noise, header, dataBytes) => {
        for (const file of [noise, fileWith(header, dataBytes)]) {
          try {
            readSafetensors(file);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        }
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});

describe('writing', () => {
  it('is read back as it was, header padded to whole eights', () => {
    const tensors: [string, Tensor][] = [
      ['weight', { shape: [2, 3], data: [1, -2, 3.5, 1e-38, -3e38, 0] }],
      ['scalar', { shape: [], data: [7] }],
      ['empty', { shape: [0, 4], data: [] }],
      ['a "quoted" ünïcode name', { shape: [1], data: [2] }],
    ];
    const file = writeSafetensors(tensors, { words: 'the cat\n"was"' });
    expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
    const read = readSafetensors(file);
    expect(read.metadata).toEqual({ words: 'the cat\n"was"' });
    expect([...read.tensors.keys()]).toEqual(tensors.map(([name]) => name));
    for (const [name, { shape, data }] of tensors) {
      expect(read.tensors.get(name)).toEqual({ dtype: 'F32', shape, data: Float32Array.from(data) });
    }
  });

  it('refuses a name given twice, a name of the format’s own, and data that does not fit its shape', () => {
    const one = { shape: [1], data: [1] };
    expect(() => writeSafetensors([['w', one], ['w', one]])).toThrow('w: the name is taken');
    expect(() => writeSafetensors([['__metadata__', one]])).toThrow('the name is taken');
    expect(() => writeSafetensors([['w', { shape: [2], data: [1] }]])).toThrow('w: it has 1 values, and [2] takes 2');
    expect([...readSafetensors(writeSafetensors([['__proto__', one]])).tensors.keys()]).toEqual(['__proto__']);
  });

  it('takes a model’s parameters there and back', async () => {
    const spec = { input: { size: 3 }, layers: [{ cell: 'gru', hidden: 4, bidirectional: true }], seed: 5 };
    const { tensors } = readSafetensors(writeSafetensors(Object.entries(initialWeights(spec))));
    const engine = await createEngine({ device: 'cpu' });
    const model = await engine.model(spec, { weights: Object.fromEntries(tensors) });
    expect(Object.fromEntries(model.parameters)).toEqual(initialWeights(spec));
    engine.release();
  });
});
