/**
 * What does a page that trains and draws cost its main thread? Eight heatmaps follow a network in training; scripts are timed
 * by the browser itself, what is asked of the GPU is counted in the page.
 */
import { threadTime } from './browser_time';
import type { Venue } from './contest';
import type { LiveCounts } from './live_page';
import { spread, type Spread } from './spread';

export interface LiveResult extends Omit<LiveCounts, 'made' | 'reads'> {
  readonly engine: string;
  /** Seconds measured. */
  readonly seconds: number;
  /** ms of scripts in one frame, by second. */
  readonly script: Spread;
  /** ms of everything on the main thread in one frame: scripts, styles, layout, painting. */
  readonly task: Spread;
  readonly made: readonly string[];
  readonly reads: LiveCounts['reads'];
}

/** Longest buffer that is no tensor: a range, a ring of losses. */
const FEW_BYTES = 4096;

/** The weights, read every few seconds so that training can go on from there after the device is lost. */
const SNAPSHOT = 'staging of snapshot';

/** Eight heatmaps, one under the other: what is out of sight is not drawn. */
const ALL_IN_SIGHT = { width: 1000, height: 4000 };

/** @param seconds - to measure, after everything has been met once */
export async function live({ browser, origin }: Venue, seconds: number): Promise<LiveResult> {
  const context = await browser.newContext({ viewport: ALL_IN_SIGHT });
  try {
    const page = await context.newPage();
    await page.goto(`${origin}live.html`);
    await page.waitForFunction(() => 'live' in globalThis);
    const engine = await page.evaluate(() => globalThis.live.started);
    await page.waitForTimeout(3000); // every buffer drawn from, every range looked at, a snapshot not far
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable');
    await page.evaluate(() => globalThis.live.restart());
    const scripts: number[] = [];
    const tasks: number[] = [];
    let before = { ...(await threadTime(session)), frames: 0 };
    for (let second = 0; second < seconds; second++) {
      await page.waitForTimeout(1000);
      const { frames } = await page.evaluate(() => globalThis.live.counts());
      const now = { ...(await threadTime(session)), frames };
      const passed = Math.max(1, now.frames - before.frames);
      scripts.push((now.script - before.script) / passed);
      tasks.push((now.task - before.task) / passed);
      before = now;
    }
    const counts = await page.evaluate(() => globalThis.live.counts());
    return { ...counts, engine, seconds, script: spread(scripts), task: spread(tasks) };
  } finally {
    await context.close();
  }
}

/** Reads of whole tensors, but for snapshots: more bytes than a range or a ring of losses. */
export function tensorReads({ reads }: Pick<LiveResult, 'reads'>): readonly (readonly [label: string, count: number])[] {
  return Object.entries(reads).flatMap(([label, { count, bytes }]) => (bytes > FEW_BYTES && label !== SNAPSHOT ? [[label, count] as const] : []));
}

/** What was found, a line each. */
export function liveLines(result: LiveResult): string[] {
  const { engine, seconds, frames, updates, submits, script, task, reads, made } = result;
  const per = (count: number) => (count / Math.max(1, frames)).toFixed(1);
  const readings = Object.entries(reads).map(([label, { count, bytes }]) => `${label} ${count} × ${bytes} bytes`);
  return [
    `eight heatmaps beside training, ${engine}, ${seconds} s: ${frames} frames, ${updates} updates, ${per(submits)} submits a frame`,
    `scripts ${ranged(script)} ms a frame; the whole main thread ${ranged(task)} ms`,
    `read back: ${readings.join(', ') || 'nothing'}`,
    ...(made.length > 0 ? [`made: ${[...new Set(made)].join(', ')}`] : []),
  ];
}

function ranged({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
}
