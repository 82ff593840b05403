/** The list of blocks: the one place to touch when adding one whose ops are all there. */
import { OptionError } from '../errors';
import { attention } from './attention';
import type { Block } from './block';
import { scan, sdpa } from './cores';
import { mamba } from './mamba';
import { minGru, minLstm } from './minimal';
import { norm } from './norm';

export const blocks: readonly Block[] = [attention, mamba, minGru, minLstm, norm, sdpa, scan];

/** The block of that name. Throws OptionError with the list of names there are. */
export function blockNamed(name: string): Block {
  const block = blocks.find((candidate) => candidate.name === name);
  if (block) return block;
  throw new OptionError('block', `There is no block "${name}"; available are ${blocks.map((known) => known.name).join(', ')}.`);
}
