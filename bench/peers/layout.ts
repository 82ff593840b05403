/**
 * PyTorch's parameters in the layouts of the peers. Gate orders (checked by running one set of weights through all of
 * them): PyTorch i f g o and r z n, ONNX i o f g and z r n, Keras i f g o and z r n, Keras' matrices transposed.
 */
import { cellNamed, type StateDict } from '../../src/engine';

/** The parameters of a model's only layer, with G blocks of rows, one for each gate. */
export interface LayerWeights {
  /** [G·H, I] */
  readonly w_ih: Float32Array;
  /** [G·H, H] */
  readonly w_hh: Float32Array;
  /** [G·H] */
  readonly b_ih: Float32Array;
  /** [G·H] */
  readonly b_hh: Float32Array;
}

const ORDERS: Record<'onnx' | 'keras', Record<string, readonly string[]>> = {
  onnx: { lstm: ['i', 'o', 'f', 'g'], gru: ['z', 'r', 'n'], gru_reset_before: ['z', 'r', 'n'] },
  keras: { lstm: ['i', 'f', 'g', 'o'], gru_reset_before: ['z', 'r', 'n'] },
};

/** Layer 0 with its gates in the order of that library. */
export function layerWeights(weights: StateDict, cell: string, library: 'onnx' | 'keras' | 'pytorch'): LayerWeights {
  const own = cellNamed(cell).gates.map(({ name }) => name);
  const order = library === 'pytorch' || own.length === 1 ? own : ORDERS[library][cell];
  const reordered = (name: string) => {
    const data = Float32Array.from(weights[name].data);
    const result = new Float32Array(data.length);
    const block = data.length / own.length;
    order.forEach((gate, k) => result.set(data.subarray(own.indexOf(gate) * block, (own.indexOf(gate) + 1) * block), k * block));
    return result;
  };
  return { w_ih: reordered('weight_ih_l0'), w_hh: reordered('weight_hh_l0'), b_ih: reordered('bias_ih_l0'), b_hh: reordered('bias_hh_l0') };
}

/** [rows, columns] to [columns, rows]. */
export function transposed(data: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const result = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  return result;
}

/** a + b, entry by entry. */
export function sum(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}

/** [T, B, I] to [B, T, I]. */
export function sequencesFirst<Data extends Float32Array | Int32Array>(data: Data, steps: number, sequences: number, width: number): Data {
  const result = data.slice() as Data;
  for (let t = 0; t < steps; t++) {
    for (let b = 0; b < sequences; b++) {
      result.set(data.subarray((t * sequences + b) * width, (t * sequences + b + 1) * width), (b * steps + t) * width);
    }
  }
  return result;
}
