/** E2, at its full size: E = H = 32, 32 sequences an update, at most 500 updates, eight seeds as one run. One cell a file, since each takes minutes. */
import { createEngine, type RecurrentSpec } from '../../../src/engine/index';
import { learnedAfter } from '../../engine/training/latch_reach';

/** By rule, not by result: eight in a row, starting where no other experiment does. */
const SEEDS = [11, 12, 13, 14, 15, 16, 17, 18];

/** Twenty minutes: what a part of the long tests may take. */
export const LONGEST = 1_200_000;

/** How many of the seeds learn it. */
export async function seedsThatLearn(layer: Omit<RecurrentSpec, 'hidden'>, distance: number): Promise<number> {
  using engine = await createEngine({ device: 'cpu' });
  const progress = (update: number, learned: number) => update % 50 === 0 && console.log(`${layer.cell}, distance ${distance}: update ${update}, ${learned} of ${SEEDS.length} seeds`);
  const after = await learnedAfter(engine, { layer: { hidden: 32, ...layer }, distance, seeds: SEEDS, progress });
  console.log(`${layer.cell}, distance ${distance}: learned after ${after.map((update) => update ?? '–').join(', ')} updates`);
  return after.filter((update) => update !== undefined).length;
}
