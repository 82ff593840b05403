/** Files that are not safetensors, told by how they begin, so that a reader who drops one learns what to do instead. */
import { FormatError } from '../errors';

/**
 * How a PyTorch model becomes a file that opens here: two lines of Python. `save_model` also takes models whose embedding
 * and head are one tensor; the alphabet, or `"words": json.dumps(words)`, lets the file bring its vocabulary.
 */
export const PYTORCH_RECIPE = `from safetensors.torch import save_model
save_model(model, "model.safetensors", metadata={"alphabet": alphabet})`;

const PICKLE = `Pickled files can run code when they are read, so they are not. Save the model again in Python:\n\n${PYTORCH_RECIPE}`;

const RENAME = 'Save the weights as safetensors under PyTorch’s names.';

/** What a file begins with, as the hexadecimal digits of its bytes; what it then is; and what can be done about it. */
const BEGINNINGS: readonly (readonly [beginning: RegExp, what: string, remedy: string])[] = [
  [/^504b0304/, 'a zip file, as PyTorch (.pt, .pth) and Keras (.keras) write them', PICKLE],
  [/^800[2-5]/, 'a Python pickle, as older PyTorch (.pt, .pth) writes it', PICKLE],
  [/^89484446/, 'an HDF5 file (.h5)', RENAME],
  [/^47475546/, 'a GGUF file', RENAME],
  [/^934e554d5059/, 'a NumPy file (.npy)', RENAME],
  // Field 1, the version of the format, then the name or the version of the program that wrote it, or the graph.
  [/^08[01].(12|1a|3a|42)/, 'an ONNX file', RENAME],
  [/^1f8b/, 'a gzip file', 'Unpack it first.'],
  [/^76657273696f6e2068747470733a2f2f6769742d6c6673/, 'a pointer of Git LFS, which stands in the place of a large file', 'Run `git lfs pull`, or download the file itself.'],
  [/^(0[9ad]|20)*3c(21|68|48|3f)/, 'a web page', 'Download the file itself, not the page that shows it.'],
];

/** Throws FormatError, with the remedy, for a file of another known format. */
export function refuseOtherFormats(file: Uint8Array): void {
  if (beginsLikeSafetensors(file)) return;
  const beginning = Array.from(file.subarray(0, 64), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const known = BEGINNINGS.find(([pattern]) => pattern.test(beginning));
  if (known) throw new FormatError('file', `this is ${known[1]}, not safetensors. ${known[2]}`);
}

/** Whether a header of a length that fits is followed by an object's brace: then it is worth reading, whatever its length looks like. */
function beginsLikeSafetensors(file: Uint8Array): boolean {
  if (file.byteLength < 9 || file[8] !== 0x7b) return false;
  return new DataView(file.buffer, file.byteOffset).getBigUint64(0, true) <= BigInt(file.byteLength - 8);
}
