/**
 * How our own files name a model's parameters: as `state_dict()` would for a PyTorch module with the members `embedding`,
 * `rnn`, `head` and, for blocks, `layers`. A bundle's tensors keep their leading axis M.
 */
import { FormatError, ShapeError } from '../errors';
import { shapeText, type Tensor } from '../math/tensor';
import { finiteFloat32 } from '../model/parameters';
import { shownName, type StoredTensors } from './safetensors';

export function storedName(parameter: string): string {
  return /^(embedding|head|layers)\./.test(parameter) ? parameter : `rnn.${parameter}`;
}

/** A tensor of a file by its name. Throws FormatError, ShapeError, NonFiniteError naming it. */
export function storedValues(tensors: StoredTensors, name: string, shape: readonly number[]): Tensor<Float32Array> {
  const tensor = tensors.get(name);
  if (!tensor) throw new FormatError(shownName(name), 'it is missing.');
  if (shapeText(tensor.shape) !== shapeText(shape)) throw new ShapeError(shownName(name), shapeText(shape), shapeText(tensor.shape));
  return { shape, data: finiteFloat32(shownName(name), tensor.data) };
}
