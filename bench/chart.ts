/** A run as a picture: processor time of each contender, on one logarithmic scale. */
import type { CaseResult } from './contest';
import { entrants, OURS } from './contenders';

/** What a run leaves in its JSON, as far as the picture needs it. */
export interface Charted {
  readonly date: string;
  readonly adapter: string;
  readonly browser: string;
  readonly processors: number;
  readonly cases: readonly CaseResult[];
}

const LABEL = 175;
const PLOT = 460;
const BAR = 14;
const GAP = 4;
const HEAD = 26;

/** An SVG for light and dark pages. Bars start at the largest power of ten below all times; products are left out. */
export function chart({ date, adapter, browser, processors, cases }: Charted): string {
  const groups = cases.filter((each) => each.case.kind !== 'product').map((result) => ({ name: result.case.name, bars: barsOf(result) }));
  const times = groups.flatMap(({ bars }) => bars.map(({ time }) => time));
  if (times.length === 0) throw new Error('chart: no case was timed');
  const low = Math.floor(Math.log10(Math.min(...times)));
  const high = Math.ceil(Math.log10(Math.max(...times)));
  const x = (time: number) => LABEL + (PLOT * (Math.log10(time) - low)) / Math.max(1, high - low);
  const parts: string[] = [];
  let y = 46;
  for (const { name, bars } of groups) {
    parts.push(`<text x="0" y="${y + 14}" class="case">${escaped(name)}</text>`);
    y += HEAD;
    for (const { title, time, own } of bars) {
      parts.push(`<text x="${LABEL - 8}" y="${y + 11}" text-anchor="end">${escaped(title)}</text>`);
      parts.push(`<rect x="${LABEL}" y="${y}" width="${(x(time) - LABEL).toFixed(1)}" height="${BAR}" class="${own ? 'ours' : 'peer'}"/>`);
      parts.push(`<text x="${(x(time) + 5).toFixed(1)}" y="${y + 11}">${time >= 100 ? time.toFixed(0) : time.toPrecision(2)} ms</text>`);
      y += BAR + GAP;
    }
    y += GAP;
  }
  const width = LABEL + PLOT + 80;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 8}" width="${width}" height="${y + 8}" role="img" aria-label="Processor time of one run, by case and library">
<style>
text { font: 12px system-ui, sans-serif; fill: #333 }
.case { font-weight: 600 }
.ours { fill: #b2182b }
.peer { fill: #7a869a }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .ours { fill: #ef6548 } .peer { fill: #8d99ae } }
</style>
<text x="0" y="14" class="case">Processor time of one run, renderer and GPU process; logarithmic</text>
<text x="0" y="32">${escaped(`${adapter}, ${browser}, ${processors} processors, ${date.slice(0, 10)}`)}</text>
${parts.join('\n')}
</svg>
`;
}

function barsOf({ outcomes }: CaseResult): { title: string; time: number; own: boolean }[] {
  return entrants.flatMap(({ name, title }) => {
    const outcome = outcomes[name];
    if (outcome?.state !== 'timed') return [];
    const { renderer, gpu } = outcome.timing.cpu;
    // A time below the clock's step is drawn as wall time, which is never less on one thread.
    return [{ title, time: renderer + gpu || outcome.timing.wall.median, own: name === OURS }];
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
