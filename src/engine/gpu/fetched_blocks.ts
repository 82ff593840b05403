/**
 * The code of attention, scans and what goes with them, which a page of recurrent layers never fetches. Whoever makes a model
 * fetches it where the model has blocks; all that is made from the model then finds it here.
 */
import { isRecurrent, type ModelShape } from '../model/spec';
import type * as blockParts from './block_parts';
import { addShaders } from './shader_files';

let parts: typeof blockParts | undefined;

/** Settles once everything is there that runs of this model need. */
export async function fetchBlocks({ layers }: ModelShape): Promise<void> {
  if (parts || layers.every(isRecurrent)) return;
  parts = await import('./block_parts');
  addShaders(parts.blockShaders);
}

/** Throws where no model of blocks was made before. */
export function fetchedBlocks(): typeof blockParts {
  if (!parts) throw new Error('a block before fetchBlocks');
  return parts;
}
