import { css, html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { gateProducts, recurrentLayer, type Cell, type GateProducts, type Tape } from '../engine';
import { hidesElement, labelsAttribute } from './attributes';
import { Latest } from './latest';
import { ofLog10 } from './log_axis';
import { ModelFigure } from './model_figure';
import type { Cursor } from './rnn-model';
import { decimal, subscript } from './signed_number';
import { readingNote } from './training_words';

/** How much is left of what a state held, by the keep gate alone, up to the last step. */
interface Kept {
  readonly products: GateProducts;
  readonly words: readonly string[];
  /** [T, H] the gate itself. */
  readonly gate: ArrayLike<number>;
}

/**
 * The gates of an `<rnn-model>` as lanes over the words, one above the other: of the unit under the cursor, the mean over
 * the units, or all of them; and its states below them. Lanes are painted from GPU memory, so they move while the network is trained. Below
 * stands what is left, at the chosen step, of what the unit held after every word before: the product of the gate that
 * keeps.
 *
 * @csspart lane - Each lane.
 * @csspart kept - What is left, in numbers.
 * @csspart notice - The words that stand where there is nothing to draw.
 */
export class RnnGates extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      :host {
        font: 0.875rem/1.4 system-ui, sans-serif;
      }
      .choice {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1.25rem;
        margin: 0 0 0.6rem;
        padding: 0;
        border: 0;
      }
      .choice legend {
        float: inline-start;
        margin-inline-end: 1rem;
        padding: 0.5rem 0;
        color: var(--quiet);
      }
      .choice label {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
        min-block-size: 2.25rem;
      }
      .choice input {
        accent-color: var(--accent);
      }
      rnn-heatmap {
        display: block;
        margin-block-end: 0.5rem;
        --rnn-max-height: 11rem;
      }
      .kept {
        margin: 0.75rem 0 0;
      }
      @media (pointer: coarse) {
        .choice label {
          min-block-size: 2.75rem;
        }
      }
    `,
  ];

  /** `one`: the unit under the cursor. `mean`: the mean over all units. `all`: every unit, a thin row each. */
  @property() units: 'one' | 'mean' | 'all' = 'one';

  /** Names of the lanes, in this order: gates, `c`, `h`; all of the cell's unless given. */
  @property({ converter: labelsAttribute }) lanes: readonly string[] | undefined;

  /** Shows the gate that keeps as the part that it replaces, 1 − z, as Chung et al. (2014) write it; fetched, so at rest only. */
  @property({ type: Boolean }) complement = false;

  private readonly kept = new Latest<Kept>(this);

  override render(): TemplateResult {
    const { obstacle } = this;
    if (obstacle) return this.notice(obstacle);
    const model = this.connection.model!;
    const { tape } = model.state;
    const { cell } = lastLayer(tape!);
    const { unit } = model.cursor;
    const only = this.units === 'one' ? unit : undefined;
    const note = model.lesson ? readingNote(model.state) : '';
    return html`
      ${note ? html`<p>${note}</p>` : nothing}
      <fieldset class="choice">
        <legend>Show</legend>
        ${this.option('one', `unit ${unit + 1}, the one at the cursor`)} ${this.option('mean', 'the mean over units')} ${this.option('all', 'all units')}
      </fieldset>
      ${guard([model, cell, this.units, only, this.lanes, this.complement, this.kept.value], () => this.lanesOf(cell).map(({ name, title }, k) => (this.complement && name === cell.keeps ? this.replaced(name, only) : this.lane(name, title, only, k === 0))))}
      ${this.keepLane(cell, model.cursor)}
    `;
  }

  override attributeChangedCallback(name: string, old: string | null, text: string | null): void {
    if (!hidesElement(name, text)) super.attributeChangedCallback(name, old, text);
  }

  protected override willUpdate(): void {
    const { model } = this.connection;
    const { tape, words, revision } = model?.state ?? {};
    if (!model || !tape || !lastLayer(tape).cell.keeps) return this.kept.clear();
    if (this.moving) return this.kept.suspend();
    this.kept.ask([tape, revision], async () => {
      const products = await gateProducts(tape);
      return { products, words: words!, gate: await tape.signal(products.gate).read() };
    });
  }

  private option(units: RnnGates['units'], label: string): TemplateResult {
    return html`<label><input type="radio" name="units" .checked=${this.units === units} @change=${() => (this.units = units)} />${label}</label>`;
  }

  /** Gates as the equations have them, then the states, the shown one last. */
  private lanesOf({ gates, states }: Cell): readonly { readonly name: string; readonly title: string }[] {
    const all = [...gates, ...states.toReversed()].map(({ name, role }) => ({ name, title: `${name}: ${role}` }));
    const { lanes } = this;
    return lanes ? lanes.flatMap((wanted) => all.filter(({ name }) => name === wanted)) : all;
  }

  private lane(signal: string, title: string, unit: number | undefined, first: boolean): TemplateResult {
    return html`<rnn-heatmap part="lane" lane=${first ? 'first' : 'next'} .model=${this.connection.model} .signal=${signal} .unit=${unit} .reduce=${this.units === 'mean' ? 'mean' : undefined} .label=${title}></rnn-heatmap>`;
  }

  private replaced(name: string, unit: number | undefined): TemplateResult | typeof nothing {
    const kept = this.kept.value;
    if (!kept) return nothing;
    const { gate, words, products } = kept;
    const { units } = products;
    const all = Array.from({ length: units }, (_, j) => j);
    const shown = unit === undefined ? all : [unit];
    const replacedAt = (j: number) => words.map((_, t) => 1 - gate[t * units + j]);
    const isMean = this.units === 'mean';
    const values = Float64Array.from(isMean ? words.map((_, t) => all.reduce((sum, j) => sum + 1 - gate[t * units + j], 0) / units) : shown.flatMap(replacedAt));
    return html`<rnn-heatmap
      part="lane"
      lane="next"
      label="${name}: update gate, how much of the old state is replaced"
      min="0"
      max="1"
      .model=${this.connection.model}
      .values=${values}
      .rows=${isMean ? 1 : shown.length}
      .unit=${shown[0]}
      .rowLabels=${isMean ? [`⟨${name}⟩`] : shown.map((j) => (unit === undefined ? String(j + 1) : `${name}${subscript(j + 1)}`))}
      .columnLabels=${words}
      .rowNoun=${isMean ? 'mean' : 'unit'}
      .columnNoun=${'step'}
    ></rnn-heatmap>`;
  }

  private keepLane({ keeps }: Cell, { step, unit }: Cursor): TemplateResult | typeof nothing {
    const kept = this.kept.value;
    if (!keeps || !kept) return nothing;
    const { products, words } = kept;
    const { units, log10 } = products;
    const now = Math.min(step, words.length - 1);
    // Row n is the product from step n to the end; between two steps it is a quotient of two rows.
    const fromStep = (t: number) => (t < words.length ? log10[t * units + unit] : 0);
    const between = (t: number) => fromStep(Math.min(t, now) + 1) - fromStep(Math.max(t, now) + 1);
    const first = between(0);
    return html`
      <rnn-heatmap
        part="lane"
        lane="next"
        scale="log"
        .label=${`∏ ${keeps}: what is left of unit ${unit + 1} between each word and ‘${words[now]}’`}
        .model=${this.connection.model}
        .values=${Float64Array.from(words, (_, t) => 10 ** between(t))}
        .rows=${1}
        .unit=${unit}
        .rowLabels=${[`∏${keeps}`]}
        .columnLabels=${words}
        .rowNoun=${'unit'}
        .columnNoun=${'step'}
      ></rnn-heatmap>
      <p part="kept" class="kept" role="status">
        ${now === 0
          ? html`At the first word there is nothing old to keep. Choose a later one.`
          : html`Of what unit ${unit + 1} held after <bdi>${words[0]}</bdi>, <b>${ofLog10(first)}</b> is left at <bdi>${words[now]}</bdi>, ${now} ${now === 1 ? 'step' : 'steps'} later:
              ${now === 1 ? `one gate of ${decimal(10 ** first)}` : `${now} gates of ${decimal(10 ** (first / now))} each, on average`}. At that rate half is lost in <b>${halfLife(first / now)}</b>.`}
      </p>
    `;
  }
}

function lastLayer(tape: Tape): { readonly cell: Cell; readonly hidden: number } {
  const { shape } = tape.model;
  return recurrentLayer(shape, shape.layers.length - 1, 'gates are those of a cell');
}

/** How long a gate that keeps so much a step, by its logarithm, takes to lose half: ln 2 / −ln f. */
export function halfLife(log10: number): string {
  if (log10 >= 0) return 'any number of steps: nothing is lost';
  const steps = Math.log10(2) / -log10;
  return `${steps < 10 ? steps.toFixed(1) : Math.round(steps).toLocaleString('en')} steps`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-gates': RnnGates;
  }
}
