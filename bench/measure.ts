/**
 * A page in which one contender carries out one case, `?contender=ours&case=forward lstm M`. It starts at once, so that its
 * first result tells the cold start, and then does as it is told by contest.ts, through `globalThis.bench`.
 */
import { countGpuCalls, type GpuCalls } from '../test/gpu/gpu_calls';
import { caseNamed } from './cases';
import { entrants, reference } from './contenders';
import { numbersToCompare, prepared } from './correct';
import type { Work } from './peers/contender';

export interface FirstResult {
  /** From the start of the navigation to numbers on the host, in ms. */
  readonly coldStart: number;
  /** What is to be compared with the reference: a result, or the losses of the first updates. */
  readonly numbers: number[];
}

export interface Bench {
  /** Resolves to undefined where the contender has no such thing. */
  readonly first: Promise<FirstResult | undefined>;
  /** ms of each repetition, from the call to the result on the host. */
  repeat(times: number): Promise<number[]>;
  /** What one repetition asks of WebGPU. */
  calls(): Promise<GpuCalls>;
}

declare global {
  var bench: Bench;
}

const query = new URLSearchParams(location.search);
const what = caseNamed(query.get('case') ?? '');
let work: Work;

globalThis.bench = {
  first: start(),

  async repeat(times) {
    const repetitions: number[] = [];
    for (let i = 0; i < times; i++) {
      const begin = performance.now();
      await work();
      repetitions.push(performance.now() - begin);
    }
    return repetitions;
  },

  calls: () => countGpuCalls(work),
};

async function start(): Promise<FirstResult | undefined> {
  const entrant = [...entrants, reference].find(({ name }) => name === query.get('contender'));
  if (!entrant) throw new Error(`no contender "${query.get('contender')}"`);
  const { contender } = await entrant.load();
  const found = await prepared(contender, what);
  if (!found) return undefined;
  work = found;
  let coldStart = 0;
  const numbers = await numbersToCompare(work, what, () => (coldStart = performance.now()));
  return { coldStart, numbers };
}
