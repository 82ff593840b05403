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
    ['tensors that share bytes', fileWith({ w: place([2], [0, 8]), v: place([1], [4, 8]) }, 8), 'v: it shares bytes with w'],
    ['an entry that is null', fileWith({ w: null }), 'its type is undefined'],
    ['metadata that is no text', fileWith({ __metadata__: { a: 1 } }), '__metadata__: it must hold texts'],
  ])('refuses %s, and says what is wrong', (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(FormatError);
    expect(() => readSafetensors(file)).toThrow(message);
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

  it('takes a model’s parameters there and back', async () => {
    const spec = { input: { size: 3 }, layers: [{ cell: 'gru', hidden: 4, bidirectional: true }], seed: 5 };
    const { tensors } = readSafetensors(writeSafetensors(Object.entries(initialWeights(spec))));
    const engine = await createEngine({ device: 'cpu' });
    const model = await engine.model(spec, { weights: Object.fromEntries(tensors) });
    expect(Object.fromEntries(model.parameters)).toEqual(initialWeights(spec));
    engine.release();
  });
});
