/** Loss and accuracy while networks learn: two charts, what they say in a sentence, and the numbers as a table. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { decimal } from '../elements/signed_number';
import { percent } from '../elements/training_words';
import type { CurveChart } from './curve_chart';
import { curvePoints, lastUpdate, type CurvePoints, type Learner, type Measure } from './curve_points';

/** Beside its colour, every cell has a line of its own. */
export const DASHES: Readonly<Record<string, readonly number[]>> = { rnn: [7, 4], rnn_relu: [2, 3], gru: [12, 3, 2, 3], lstm_nofg: [4, 2], lstm_1997: [4, 2], attention: [2, 3], mamba: [9, 3], mamba_frozen: [5, 5], hybrid: [14, 3, 2, 3] };

/** Rows of the table. */
const ROWS = 8;

/** Drawn at most so often, in milliseconds, while numbers arrive. */
const PAUSE = 250;

export class TrainingCurves {
  #logLoss = false;
  #charts: { readonly loss: CurveChart; readonly accuracy: CurveChart } | undefined;
  #loading = false;
  #waiting = false;
  #drawn: readonly unknown[] = [];

  /**
   * @param box - an empty element of the page
   * @param learners - asked at every drawing
   */
  constructor(
    private readonly box: HTMLElement,
    private readonly learners: () => readonly Learner[],
  ) {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#charts?.loss.redraw();
      this.#charts?.accuracy.redraw();
    });
    this.#draw();
  }

  /** Draws soon, if there is anything new. */
  update(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      const learners = this.learners();
      const now = learners.flatMap(({ name, tallies }) => [name, tallies]);
      if (now.length === this.#drawn.length && now.every((part, k) => part === this.#drawn[k])) return;
      this.#drawn = now;
      this.#draw();
    }, PAUSE);
  }

  #draw(): void {
    const learners = this.learners();
    const accurate = learners.every(({ tallies }) => tallies.length === 0 || tallies[0].accuracy !== undefined);
    render(this.#template(learners, accurate), this.box);
    if (learners.some(({ tallies }) => tallies.length > 0)) void this.#drawCurves(learners, accurate);
  }

  #template(learners: readonly Learner[], accurate: boolean): TemplateResult {
    const summary = inWords(learners);
    const chart = (measure: Measure, title: string) => html`<div class="chart" ?hidden=${measure === 'accuracy' && !accurate}>
      <p class="chart-title">${title}</p>
      <div class="curve-box" data-measure=${measure} role="img" aria-label=${`${title}. ${summary}`}></div>
    </div>`;
    return html`
      <div class="curves-head">
        <ul class="swatches">
          ${learners.map(({ name, cell }) => html`<li><svg class="swatch" data-cell=${cell} viewBox="0 0 34 6" width="34" height="6" aria-hidden="true"><path d="M1 3H33" stroke-dasharray=${(DASHES[cell] ?? []).join(' ') || 'none'}></path></svg>${name}</li>`)}
        </ul>
        <label class="check"><input type="checkbox" .checked=${this.#logLoss} @change=${(event: Event) => this.#choose((event.target as HTMLInputElement).checked)} /> loss by its logarithm</label>
      </div>
      <div class="charts">${chart('loss', 'Loss')} ${chart('accuracy', 'Right, on fresh sequences')}</div>
      <p class="summary-line">${summary}</p>
      <details class="numbers-table">
        <summary>The numbers as a table</summary>
        <div class="scroll" tabindex="0" role="group" aria-label="Loss and accuracy by update">${table(learners)}</div>
      </details>
    `;
  }

  #choose(log: boolean): void {
    this.#logLoss = log;
    this.#draw();
  }

  async #drawCurves(learners: readonly Learner[], accurate: boolean): Promise<void> {
    if (!this.#charts) {
      if (this.#loading) return;
      this.#loading = true;
      const { CurveChart } = await import('./curve_chart');
      const at = (measure: Measure) => new CurveChart(this.box.querySelector<HTMLElement>(`[data-measure=${measure}]`)!);
      this.#charts = { loss: at('loss'), accuracy: at('accuracy') };
      return this.#draw();
    }
    const most = Math.max(...learners.map(({ tallies }) => lastUpdate(tallies)));
    const curves = (measure: Measure) =>
      learners.map(({ name, cell, tallies }) => ({
        name,
        points: curvePoints(tallies, measure, most),
        colour: () => getComputedStyle(this.box.querySelector(`.swatch[data-cell=${cell}]`) ?? this.box).color,
        dash: DASHES[cell] ?? [],
      }));
    this.#charts.loss.show(curves('loss'), { log: this.#logLoss, range: this.#logLoss ? undefined : [0, highestLoss(learners)], format: (value) => decimal(value, value < 0.1 ? 3 : 1) });
    if (accurate) this.#charts.accuracy.show(curves('accuracy'), { log: false, range: [0, 1], format: (value) => `${Math.round(100 * value)} %` });
  }
}

/** The axis holds what the first updates had, and is not led astray by one that jumped. */
function highestLoss(learners: readonly Learner[]): number {
  const losses = learners.flatMap(({ tallies }) => tallies.map(({ loss }) => loss.reduce((sum, each) => sum + each, 0) / loss.length)).filter(Number.isFinite);
  const sorted = losses.toSorted((one, other) => one - other);
  return 1.1 * (sorted[Math.floor(0.98 * (sorted.length - 1))] || 1);
}

function last({ values }: CurvePoints): number | undefined {
  return values[values.length - 1];
}

function inWords(learners: readonly Learner[]): string {
  const most = Math.max(0, ...learners.map(({ tallies }) => lastUpdate(tallies)));
  if (most === 0) return 'Nothing has been trained yet.';
  const parts = learners.flatMap(({ name, tallies }) => {
    const [loss, accuracy] = [last(curvePoints(tallies, 'loss', most)), last(curvePoints(tallies, 'accuracy', most))];
    return loss === undefined ? [] : [`${name}: loss ${decimal(loss)}${accuracy === undefined ? '' : `, ${percent(accuracy)} right`}`];
  });
  return `After ${most} ${most === 1 ? 'update' : 'updates'}. ${parts.join('; ')}.`;
}

function table(learners: readonly Learner[]): TemplateResult | typeof nothing {
  const most = Math.max(0, ...learners.map(({ tallies }) => lastUpdate(tallies)));
  if (most === 0) return nothing;
  const curves = learners.map(({ name, tallies }) => ({ name, loss: curvePoints(tallies, 'loss', most), accuracy: curvePoints(tallies, 'accuracy', most) }));
  const updates = [...new Set(Array.from({ length: ROWS }, (_, k) => Math.max(1, Math.round((most * (k + 1)) / ROWS))))];
  return html`<table>
    <thead>
      <tr><th scope="col">Update</th>${curves.map(({ name }) => html`<th scope="col">${name}: loss</th><th scope="col">right</th>`)}</tr>
    </thead>
    <tbody>
      ${updates.map((update) => html`<tr><th scope="row">${update}</th>${curves.map(({ loss, accuracy }) => html`<td>${told(valueAt(loss, update), decimal)}</td><td>${told(valueAt(accuracy, update), percent)}</td>`)}</tr>`)}
    </tbody>
  </table>`;
}

/** What a curve last said up to that update. */
function valueAt({ updates, values }: CurvePoints, update: number): number | undefined {
  return values[updates.findLastIndex((at) => at <= update)];
}

function told(value: number | undefined, write: (value: number) => string): string {
  return value === undefined ? '–' : write(value);
}
