/** One case by several contenders in one process, in turns on the same adapter. Nobody is timed whose numbers are off. */
import { countGpuCalls, type GpuCalls } from '../../test/gpu/gpu_calls';
import type { Case } from '../cases';
import { reference, type Entrant } from '../contenders';
import { BOUND, deviation, numbersToCompare, prepared } from '../correct';
import type { CaseResult as CaseResultOf, Outcome as OutcomeOf } from '../outcome';
import type { Work } from '../peers/contender';
import { spread, type Spread } from '../spread';

/** What one contender needed; times in ms. */
export interface Timing {
  readonly repetitions: number;
  /** Until the result is on the host. */
  readonly wall: Spread;
  /** Processor time of one repetition, of the whole process: what a software adapter computes is in it. */
  readonly cpu: number;
  /** From nothing (its libraries are not even loaded) to the first result. */
  readonly first: number;
  readonly calls: Omit<GpuCalls, 'made'> & { readonly made: number };
}

export type Outcome = OutcomeOf<Timing>;
export type CaseResult = CaseResultOf<Timing>;

/** How long to measure. */
export interface Effort {
  /** Turns that each gets. */
  readonly rounds: number;
  /** ms that a turn lasts at least, in whole repetitions. */
  readonly turn: number;
}

/** A contender whose numbers are right, and what is known of it so far. */
interface Bout {
  readonly name: string;
  readonly work: Work;
  readonly deviation: number;
  readonly first: number;
  readonly walls: number[];
  cpu: number;
}

/** ms of turns after which a slow contender sits out the others; it gets one at least. */
const PATIENCE = 20_000;

export async function inTurns(entrants: readonly Entrant[], what: Case, { rounds, turn }: Effort): Promise<CaseResult> {
  const expected = await expectedNumbers(what);
  const outcomes: Record<string, Outcome> = {};
  const bouts: Bout[] = [];
  for (const entrant of entrants) {
    const entered = await enter(entrant, what, expected);
    if ('work' in entered) bouts.push(entered);
    else outcomes[entrant.name] = entered;
  }
  for (let round = 0; round < rounds; round++) {
    for (const bout of bouts) if (round === 0 || total(bout.walls) < PATIENCE) await takeTurn(bout, turn);
  }
  for (const bout of bouts) outcomes[bout.name] = await timed(bout);
  return { case: what, outcomes };
}

async function expectedNumbers(what: Case): Promise<number[]> {
  const { contender } = await reference.load();
  const work = await prepared(contender, what);
  if (!work) throw new Error(`${what.name}: the reference has no such case`);
  return numbersToCompare(work, what);
}

async function enter({ name, load }: Entrant, what: Case, expected: readonly number[]): Promise<Bout | Outcome> {
  try {
    const begun = performance.now();
    let first = 0;
    const { contender } = await load();
    const work = await prepared(contender, what);
    if (!work) return { state: 'absent' };
    const numbers = await numbersToCompare(work, what, () => (first = performance.now() - begun));
    const off = deviation(numbers, expected);
    return off <= BOUND ? { name, work, deviation: off, first, walls: [], cpu: 0 } : { state: 'wrong', deviation: off };
  } catch (error) {
    return { state: 'failed', reason: (error as Error).message };
  }
}

async function takeTurn(bout: Bout, turn: number): Promise<void> {
  const before = process.cpuUsage();
  for (let spent = 0; spent < turn; ) {
    const begun = performance.now();
    await bout.work();
    const wall = performance.now() - begun;
    bout.walls.push(wall);
    spent += wall;
  }
  const { user, system } = process.cpuUsage(before);
  bout.cpu += (user + system) / 1000;
}

async function timed({ work, walls, cpu, first, deviation: off }: Bout): Promise<Outcome> {
  const { made, ...calls } = await countGpuCalls(work);
  return { state: 'timed', deviation: off, timing: { repetitions: walls.length, wall: spread(walls), cpu: cpu / walls.length, first, calls: { ...calls, made: made.length } } };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
