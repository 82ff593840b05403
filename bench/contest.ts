/**
 * Carries out one case with every contender: a page each, in turns on the same adapter, with figures from inside and from
 * outside the page. Nobody is timed whose numbers are off.
 */
import type { Browser, CDPSession, Page } from 'playwright';
import { processorTime, threadTime } from './browser_time';
import type { Case } from './cases';
import { reference, type Entrant } from './contenders';
import { BOUND, deviation } from './correct';
import type { FirstResult } from './measure';
import type { CaseResult as CaseResultOf, Outcome as OutcomeOf } from './outcome';
import { spread, type Spread } from './spread';

/** What one contender needed for one case; times in ms. */
export interface Timing {
  readonly repetitions: number;
  /** Until the result is on the host. */
  readonly wall: Spread;
  /** Of one repetition, on the page's main thread, scripts and all else, as the browser counts it. */
  readonly thread: number;
  /** Processor time of one repetition, of the renderers and of the GPU process. */
  readonly cpu: { readonly renderer: number; readonly gpu: number };
  /** From the start of the navigation to the first result. */
  readonly coldStart: Spread;
  readonly dispatches: number;
  readonly passes: number;
  readonly submits: number;
  readonly maps: number;
  /** Objects made on the GPU. */
  readonly made: number;
}

export type Outcome = OutcomeOf<Timing>;
export type CaseResult = CaseResultOf<Timing>;

/** How long to measure. */
export interface Effort {
  /** Turns that each contender gets. */
  readonly rounds: number;
  /** ms that a turn lasts at least, in whole repetitions. */
  readonly turn: number;
  /** ms, starts included, after which a slow contender sits out the other turns; it gets one at least, or three if they are short. */
  readonly patience: number;
}

/**
 * The effort for one of so many cases that have so many ms in all.
 * @param quick - to see whether all is well
 */
export function effortFor(quick: boolean, left: number, cases: number): Effort {
  if (quick) return { rounds: 2, turn: 50, patience: 0 };
  // Of six contenders two or three are slow, and the reference wants its share too.
  return { rounds: 7, turn: 500, patience: Math.min(30_000, left / cases / 5) };
}

export interface Venue {
  readonly browser: Browser;
  /** Where measure.html is served, with a slash at the end. */
  readonly origin: string;
}

const COLD_STARTS = 3;
/** ms; who takes longer is started only once. */
const SLOW_START = 4000;
/** ms of a repetition that costs next to nothing to repeat. */
const SHORT_TURN = 1000;
/** ms until a contender that has shown nothing is given up. */
const GIVEN_UP = 400_000;

export async function contest(venue: Venue, entrants: readonly Entrant[], what: Case, effort: Effort): Promise<CaseResult> {
  const expected = await expectedNumbers(venue, what);
  const outcomes: Record<string, Outcome> = {};
  const bouts: Bout[] = [];
  try {
    for (const entrant of entrants) {
      const entered = await enter(venue, entrant, what, expected);
      if ('page' in entered) bouts.push(entered);
      else outcomes[entrant.name] = entered;
    }
    const session = await venue.browser.newBrowserCDPSession();
    for (let round = 0; round < effort.rounds; round++) {
      for (const bout of bouts) if (round < turnsDue(bout) || bout.spent < effort.patience) await takeTurn(session, bout, effort);
    }
    for (const bout of bouts) outcomes[bout.entrant.name] = { state: 'timed', deviation: bout.deviation, timing: await timing(bout) };
  } finally {
    for (const { page } of bouts) await page.context().close();
  }
  return { case: what, outcomes };
}

async function expectedNumbers(venue: Venue, what: Case): Promise<number[]> {
  const { page, first } = await open(venue, reference, what);
  await page.context().close();
  if (!first) throw new Error(`${what.name}: the reference has no such case`);
  return first.numbers;
}

/** A contender whose numbers are right, and what is known of it so far. */
interface Bout {
  readonly entrant: Entrant;
  readonly page: Page;
  readonly deviation: number;
  readonly coldStarts: number[];
  /** Wall times. */
  readonly repetitions: number[];
  readonly cpu: { renderer: number; gpu: number };
  /** Of the page. */
  readonly session: CDPSession;
  thread: number;
  /** ms of starts and turns. */
  spent: number;
}

async function enter(venue: Venue, entrant: Entrant, what: Case, expected: readonly number[]): Promise<Bout | Outcome> {
  const coldStarts: number[] = [];
  let opened: Opened | undefined;
  try {
    while (coldStarts.length < COLD_STARTS && !(coldStarts[0] > SLOW_START)) {
      await opened?.page.context().close();
      opened = await open(venue, entrant, what);
      if (!opened.first) break;
      coldStarts.push(opened.first.coldStart);
    }
  } catch (error) {
    return { state: 'failed', reason: (error as Error).message };
  }
  const { page, first } = opened!;
  const off = first && deviation(first.numbers, expected);
  if (off !== undefined && off <= BOUND) {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    return { entrant, page, session, deviation: off, coldStarts, repetitions: [], cpu: { renderer: 0, gpu: 0 }, thread: 0, spent: coldStarts.reduce((sum, time) => sum + time, 0) };
  }
  await page.context().close();
  return off === undefined ? { state: 'absent' } : { state: 'wrong', deviation: off };
}

interface Opened {
  readonly page: Page;
  readonly first: FirstResult | undefined;
}

/** A fresh page, without a cache, in which the contender has shown its first result. */
async function open({ browser, origin }: Venue, entrant: Entrant, what: Case): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 600 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(GIVEN_UP);
    await page.goto(`${origin}measure.html?${new URLSearchParams({ contender: entrant.name, case: what.name })}`);
    await page.waitForFunction(() => 'bench' in globalThis);
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`no result within ${GIVEN_UP / 1000} s`)), GIVEN_UP).unref();
    });
    return { page, first: await Promise.race([page.evaluate(() => globalThis.bench.first), late]) };
  } catch (error) {
    await context.close();
    throw error;
  }
}

/** Turns that a contender gets whatever its starts took: one number alone says little. */
function turnsDue({ repetitions }: Bout): number {
  return repetitions.length > 0 && repetitions[repetitions.length - 1] < SHORT_TURN ? 3 : 1;
}

async function takeTurn(session: CDPSession, bout: Bout, { turn }: Effort): Promise<void> {
  const last = bout.repetitions.at(-1) ?? Infinity;
  const times = Math.max(1, Math.ceil(turn / last));
  const before = { ...(await processorTime(session)), ...(await threadTime(bout.session)) };
  const repetitions = await bout.page.evaluate((count) => globalThis.bench.repeat(count), times);
  const after = { ...(await processorTime(session)), ...(await threadTime(bout.session)) };
  bout.repetitions.push(...repetitions);
  bout.cpu.renderer += after.renderer - before.renderer;
  bout.cpu.gpu += after.gpu - before.gpu;
  bout.thread += after.task - before.task;
  bout.spent += repetitions.reduce((sum, wall) => sum + wall, 0);
}

async function timing({ page, repetitions, cpu, thread, coldStarts }: Bout): Promise<Timing> {
  const { dispatches, passes, submits, maps, made } = await page.evaluate(() => globalThis.bench.calls());
  const count = repetitions.length;
  return {
    repetitions: count,
    wall: spread(repetitions),
    thread: thread / count,
    cpu: { renderer: cpu.renderer / count, gpu: cpu.gpu / count },
    coldStart: spread(coldStarts),
    dispatches,
    passes,
    submits,
    maps,
    made: made.length,
  };
}
