/** Wires the figure of costs: what is counted at once, what is measured when the reader asks for it. */
import { html, render, type TemplateResult } from 'lit';
import { costExperiment, growthExponent, operationCount, type CostPoint, type Engine } from '../engine';
import { decimal } from '../elements/signed_number';
import { bytesInWords, cheaperUpTo, COST_LENGTHS, costSubjects, countedCost, countedExponent, pointsOf, timeInWords, type CountedCost } from './cost_points';
import type { ChartCurve, CurveChart } from './curve_chart';
import type { Change } from './figure_models';
import { COST_RULES } from './figure_rules';
import type { LessonState } from './link';
import { whenNear } from './near';
import { RadioSettings } from './radio_settings';
import { DASHES } from './training_curves';

const CHARTS = [
  { id: 'bytes', title: 'To be kept, to read on', format: bytesInWords },
  { id: 'operations', title: 'Multiply-adds to read n words, counted', format: (value: number) => value.toExponential(0).replace('e+', 'e') },
  { id: 'forward', title: 'Time to read n words, measured', format: timeInWords },
  { id: 'decode', title: 'Time to read one more, measured', format: timeInWords },
] as const;

type ChartId = (typeof CHARTS)[number]['id'];

/**
 * Takes the page's way to change its state; returns what shows a state in the figure.
 *
 * @param computing - settles with what computes, once that is known
 */
export function costChapter(change: Change, computing: Promise<Engine>): (state: LessonState) => void {
  const button = byId<HTMLButtonElement>('cost-measure');
  const progress = byId<HTMLProgressElement>('cost-progress');
  const box = byId('cost-charts');
  const radios = new RadioSettings('cost', COST_RULES, byId('cost-choices'), (cost) => change({ cost }, 'new'));
  const charts = new Map<ChartId, CurveChart>();
  let engine: Engine | undefined;
  let width = 0;
  let counted: readonly CountedCost[] = [];
  let points: readonly CostPoint[] = [];
  let abort: AbortController | undefined;
  let said = '';

  button.addEventListener('click', () => {
    if (abort) abort.abort();
    else if (engine && counted.length > 0) void measure(engine);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach((chart) => chart.redraw()));
  whenNear(byId('figure-cost'), () => {
    void computing.then((found) => {
      engine = found;
      void count();
    });
  });

  /** What is known beforehand, for the width that is chosen. */
  async function count(): Promise<void> {
    if (!engine || width === 0) return;
    const asked = width;
    const shapes = await Promise.all(
      costSubjects.map(async ({ layers }) => {
        const model = await engine!.model({ input: { size: asked }, layers: layers(asked) });
        model.release();
        return model.shape;
      }),
    );
    if (asked !== width) return;
    counted = shapes.map((shape) => countedCost(shape, operationCount(shape)));
    draw();
  }

  async function measure(on: Engine): Promise<void> {
    const stop = (abort = new AbortController());
    points = [];
    said = '';
    const most = 2 * costSubjects.length * COST_LENGTHS.length;
    draw();
    try {
      const options = { stacks: costSubjects.map(({ layers }) => layers(width)), width, lengths: COST_LENGTHS, abort: stop.signal };
      for await (const point of costExperiment(on, options)) {
        points = [...points, point];
        progress.value = points.length / most;
        draw();
      }
      said = summary(points, width, on);
    } catch (error) {
      said = stop.signal.aborted ? 'Cancelled; what was measured stands.' : `It could not be measured: ${(error as Error).message}`;
    }
    abort = undefined;
    draw();
  }

  function draw(): void {
    button.textContent = abort ? 'Cancel' : 'Measure';
    button.setAttribute('aria-disabled', String(counted.length === 0));
    progress.hidden = !abort;
    const state = abort ? 'Measuring; other work in this page or on this machine shows in the times.' : said;
    if (byId('cost-state').textContent !== state) byId('cost-state').textContent = state;
    if (counted.length === 0) return;
    render(template(counted, points), box);
    void drawCharts();
  }

  async function drawCharts(): Promise<void> {
    const { CurveChart } = await import('./curve_chart');
    for (const { id, format } of CHARTS) {
      const place = box.querySelector<HTMLElement>(`[data-measure=${id}]`)!;
      if (!charts.has(id)) charts.set(id, new CurveChart(place));
      const curves = curvesOf(id, counted, points, box);
      if (curves.some((curve) => curve.points.updates.length > 0)) charts.get(id)!.show(curves, { log: true, range: undefined, format, across: { label: 'words, n', log: true } });
    }
  }

  return (state) => {
    const next = Number(radios.show(state.cost).width);
    if (next === width) return;
    width = next;
    abort?.abort();
    points = [];
    said = '';
    void count();
  };
}

function curvesOf(id: ChartId, counted: readonly CountedCost[], points: readonly CostPoint[], box: HTMLElement): readonly ChartCurve[] {
  return costSubjects.map(({ name, cell }, k) => {
    const colour = () => getComputedStyle(box.querySelector(`.swatch[data-cell=${cell}]`) ?? box).color;
    const drawn = { name, colour, dash: DASHES[cell] ?? [] };
    if (id === 'bytes' || id === 'operations') return { ...drawn, points: { updates: COST_LENGTHS, values: counted[k][id] } };
    const measured = pointsOf(points, k, id).filter(({ milliseconds }) => milliseconds !== undefined);
    return { ...drawn, points: { updates: measured.map(({ steps }) => steps), values: measured.map(({ milliseconds }) => milliseconds!) } };
  });
}

function template(counted: readonly CountedCost[], points: readonly CostPoint[]): TemplateResult {
  const last = COST_LENGTHS.length - 1;
  const told: Record<ChartId, string> = {
    bytes: costSubjects.map(({ name }, k) => `${name}: ${bytesInWords(counted[k].bytes[0])} after ${COST_LENGTHS[0]} words, ${bytesInWords(counted[k].bytes[last])} after ${COST_LENGTHS[last]}`).join('; '),
    operations: costSubjects.map(({ name }, k) => `${name}: ${counted[k].operations[last].toExponential(1)} for ${COST_LENGTHS[last]} words`).join('; '),
    forward: lastTold(points, 'forward'),
    decode: lastTold(points, 'decode'),
  };
  return html`
    <ul class="swatches">
      ${costSubjects.map(({ name, cell }) => html`<li><svg class="swatch" data-cell=${cell} viewBox="0 0 34 6" width="34" height="6" aria-hidden="true"><path d="M1 3H33" stroke-dasharray=${(DASHES[cell] ?? []).join(' ') || 'none'}></path></svg>${name}</li>`)}
    </ul>
    <div class="charts">
      ${CHARTS.map(({ id, title }) => html`<div class="chart"><p class="chart-title">${title}</p><div class="curve-box" data-measure=${id} role="img" aria-label=${`${title}. ${told[id] || 'Nothing measured yet'}.`}></div></div>`)}
    </div>
    ${exponents(counted, points)} ${numbers(counted, points)}
  `;
}

function lastTold(points: readonly CostPoint[], kind: CostPoint['kind']): string {
  return costSubjects
    .flatMap(({ name }, k) => {
      const last = pointsOf(points, k, kind).findLast(({ milliseconds }) => milliseconds !== undefined);
      return last ? [`${name}: ${timeInWords(last.milliseconds!)} at ${last.steps} words`] : [];
    })
    .join('; ');
}

function exponents(counted: readonly CountedCost[], points: readonly CostPoint[]): TemplateResult {
  const told = (exponent: number | undefined) => (exponent === undefined ? '–' : decimal(exponent, 2));
  return html`<div class="scroll" tabindex="0" role="group" aria-label="How time grows with the length">
    <table>
      <thead>
        <tr><th scope="col">Grows as n to the power of</th><th scope="col">reading, counted</th><th scope="col">reading, measured</th><th scope="col">one more, measured</th></tr>
      </thead>
      <tbody>
        ${costSubjects.map(({ name }, k) => {
          const [forward, decode] = (['forward', 'decode'] as const).map((kind) => pointsOf(points, k, kind));
          return html`<tr><th scope="row">${name}</th><td>${told(countedExponent(forward, counted[k].operations))}</td><td>${told(growthExponent(forward))}</td><td>${told(growthExponent(decode))}</td></tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function numbers(counted: readonly CountedCost[], points: readonly CostPoint[]): TemplateResult {
  const time = (stack: number, kind: CostPoint['kind'], steps: number) => {
    const point = pointsOf(points, stack, kind).find((each) => each.steps === steps);
    if (!point) return '–';
    return point.milliseconds === undefined ? 'left out' : timeInWords(point.milliseconds);
  };
  return html`<details class="numbers-table">
    <summary>The numbers as a table</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="Costs by length">
      <table>
        <thead>
          <tr><th scope="col">Words</th>${costSubjects.map(({ name }) => html`<th scope="col">${name}: kept</th><th scope="col">multiply-adds</th><th scope="col">reading</th><th scope="col">one more</th>`)}</tr>
        </thead>
        <tbody>
          ${COST_LENGTHS.map(
            (steps, at) => html`<tr>
              <th scope="row">${steps}</th>
              ${costSubjects.map((_, k) => html`<td>${bytesInWords(counted[k].bytes[at])}</td><td>${counted[k].operations[at].toExponential(2).replace('e+', 'e')}</td><td>${time(k, 'forward', steps)}</td><td>${time(k, 'decode', steps)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** Who measured, and what of the rule about 4d came out. */
function summary(points: readonly CostPoint[], width: number, { description }: Engine): string {
  const [lstm, attention] = ['lstm', 'attention'].map((cell) => pointsOf(points, costSubjects.findIndex((each) => each.cell === cell), 'forward'));
  const cheaper = cheaperUpTo(attention, lstm);
  const found = cheaper === undefined ? '' : cheaper === Infinity ? 'at every length measured' : cheaper === 0 ? 'at none of these lengths' : `up to ${cheaper} words`;
  const left = points.some(({ milliseconds }) => milliseconds === undefined) ? ' What would have taken more than 8 seconds was left out.' : '';
  return `Measured on: ${description}. By count, attention has less to do than the LSTM below ${4 * width} words; here it was faster ${found}.${left}`;
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
