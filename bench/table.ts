/** A run as text for the terminal. */
import type { CaseResult, Outcome } from './contest';
import { entrants, OURS } from './contenders';
import { floor } from './floor';
import type { Roofline } from './roofline';
import { ratio, type Verdict } from './targets';

const HEADER = ['', 'wall ms', 'range', 'CPU ms', 'renderer', 'GPU', 'thread ms', 'cold ms', 'disp.', 'passes', 'submits', 'made', 'wall ×', 'CPU ×', 'of floor', 'off by'];

/** One case: a line for each contender. × is its time over ours. */
export function caseTable(result: CaseResult, roofline: Roofline | undefined): string {
  const rows = entrants.flatMap(({ name, title }) => {
    const outcome = result.outcomes[name];
    return outcome && outcome.state !== 'absent' ? [[title, ...cells(result, name, outcome, roofline)]] : [];
  });
  return [`\n${result.case.name}`, aligned([HEADER, ...rows])].join('\n');
}

function cells(result: CaseResult, name: string, outcome: Outcome, roofline: Roofline | undefined): string[] {
  if (outcome.state === 'wrong') return [`wrong: off by ${outcome.deviation.toExponential(1)}, not timed`];
  if (outcome.state !== 'timed') return [outcome.state === 'failed' ? `failed: ${outcome.reason.split('\n')[0]}` : ''];
  const { wall, cpu, thread, coldStart, dispatches, passes, submits, made } = outcome.timing;
  const against = (measure: 'cpu' | 'wall') => (name === OURS ? '' : (ratio(result, name, measure)?.toFixed(1) ?? ''));
  return [
    short(wall.median),
    `${short(wall.least)}–${short(wall.most)}`,
    short(cpu.renderer + cpu.gpu),
    short(cpu.renderer),
    short(cpu.gpu),
    short(thread),
    coldStart.median.toFixed(0),
    ...[dispatches, passes, submits, made].map(String),
    against('wall'),
    against('cpu'),
    // The floor is the adapter's: who does not use it may well be below.
    roofline && dispatches > 0 ? `${((100 * floor(result.case, roofline)) / wall.median).toFixed(0)} %` : '',
    outcome.deviation.toExponential(0),
  ];
}

/** What was asked and what came of it. */
export function targetTable(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return '';
  const rows = verdicts.map(({ about, measure, asked, found, met }) => [about, measure, asked, found, met === undefined ? '' : met ? 'met' : 'MISSED']);
  const missed = verdicts.filter(({ met }) => met === false).length;
  const unknown = verdicts.filter(({ met }) => met === undefined).length;
  const counts = [`${verdicts.length - missed - unknown} met`, `${missed} missed`, ...(unknown > 0 ? [`${unknown} not judged`] : [])];
  return `\ntargets\n${aligned(rows)}\n${counts.join(', ')}`;
}

function short(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}

/** The first column to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  // What is said in place of figures may run on past its column.
  const runsOn = (row: readonly string[], k: number) => k > 0 && row.length === 2;
  for (const row of rows) row.forEach((cell, k) => (widths[k] = Math.max(widths[k] ?? 0, runsOn(row, k) ? 0 : cell.length)));
  const line = (row: readonly string[]) => row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : runsOn(row, k) ? cell : cell.padStart(widths[k])));
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}
