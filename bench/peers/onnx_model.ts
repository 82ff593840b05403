/**
 * ONNX files of one node, written by hand: the few protobuf messages of onnx.proto that a model needs, with the numbers
 * of their fields beside them.
 */
import type { LayerWeights } from './layout';

/** Which operator, with what attributes, and how wide. */
export interface RecurrentNode {
  readonly op: 'RNN' | 'LSTM' | 'GRU';
  readonly inputs: number;
  readonly hidden: number;
  readonly weights: LayerWeights;
  /** GRU only: the product with h is taken before it is reset. */
  readonly linearBeforeReset?: boolean;
}

/** x [T, B, I] to h_n [1, B, H]; T and B are left open. */
export function recurrentModel({ op, inputs, hidden, weights, linearBeforeReset }: RecurrentNode): Uint8Array {
  const { w_ih, w_hh, b_ih, b_hh } = weights;
  const rows = b_ih.length;
  const attributes = [integerAttribute('hidden_size', hidden)];
  if (linearBeforeReset) attributes.push(integerAttribute('linear_before_reset', 1));
  return model(
    // An output without a name is one nobody asks for: all of Y.
    node(op, ['x', 'w', 'r', 'b'], ['', 'h_n'], attributes),
    [floats('w', [1, rows, inputs], w_ih), floats('r', [1, rows, hidden], w_hh), floats('b', [1, 2 * rows], Float32Array.of(...b_ih, ...b_hh))],
    value('x', ['T', 'B', inputs]),
    value('h_n', [1, 'B', hidden]),
  );
}

/** a [n, n] to y = a · b. */
export function productModel(size: number, b: Float32Array): Uint8Array {
  return model(node('MatMul', ['a', 'b'], ['y'], []), [floats('b', [size, size], b)], value('a', [size, size]), value('y', [size, size]));
}

type Bytes = Uint8Array;

const IR_VERSION = 8;
const OPSET = 17;
/** AttributeProto.AttributeType.INT, TensorProto.DataType.FLOAT */
const INT = 2;
const FLOAT = 1;

function model(one: Bytes, initializers: readonly Bytes[], input: Bytes, output: Bytes): Bytes {
  const graph = join(part(1, one), part(2, text('bench')), ...initializers.map((each) => part(5, each)), part(11, input), part(12, output));
  const opset = join(part(1, text('')), integer(2, OPSET));
  return join(integer(1, IR_VERSION), part(7, graph), part(8, opset));
}

function node(op: string, inputs: readonly string[], outputs: readonly string[], attributes: readonly Bytes[]): Bytes {
  return join(
    ...inputs.map((name) => part(1, text(name))),
    ...outputs.map((name) => part(2, text(name))),
    part(4, text(op)),
    ...attributes.map((each) => part(5, each)),
  );
}

function integerAttribute(name: string, i: number): Bytes {
  return join(part(1, text(name)), integer(3, i), integer(20, INT));
}

function floats(name: string, shape: readonly number[], data: Float32Array): Bytes {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return join(...shape.map((n) => integer(1, n)), integer(2, FLOAT), part(8, text(name)), part(9, raw));
}

/** A ValueInfoProto: a tensor of floats whose dimensions are numbers, or names where they are open. */
function value(name: string, shape: readonly (number | string)[]): Bytes {
  const dimensions = shape.map((n) => part(1, typeof n === 'number' ? integer(1, n) : part(2, text(n))));
  const tensor = join(integer(1, FLOAT), part(2, join(...dimensions)));
  return join(part(1, text(name)), part(2, part(1, tensor)));
}

/** A field that holds bytes: a message, a string, raw data. */
function part(field: number, bytes: Bytes): Bytes {
  return join(varint(field * 8 + 2), varint(bytes.length), bytes);
}

function integer(field: number, n: number): Bytes {
  return join(varint(field * 8), varint(n));
}

function varint(n: number): Bytes {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) + 128);
  return Uint8Array.from([...bytes, n]);
}

function text(words: string): Bytes {
  return new TextEncoder().encode(words);
}

function join(...parts: readonly Bytes[]): Bytes {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of parts) {
    result.set(each, at);
    at += each.length;
  }
  return result;
}
