import { css, html, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { gateProducts, isRecurrent, layerTitle, type BlockLayer, type Cell, type GateProducts, type Layer, type SignalInfo, type Tape } from '../engine';
import { gatesPhrases, type GatesPhrases } from './gates_phrases';
import type { HeatmapLabels } from './heatmap_phrases';
import { hidesElement, labelsAttribute, optionalNumberAttribute } from './attributes';
import { insteadOfGates, lastCell, placeInStack } from './last_layer';
import { Latest } from './latest';
import { ofLog10 } from './log_axis';
import { ModelFigure } from './model_figure';
import type { Cursor } from './rnn-model';
import { decimal, subscript } from './signed_number';
import { readingNote } from './training_words';
import { sayer, type Say, type Wording } from './wording';

/** A signal that is drawn as a lane. */
type Lane = Pick<SignalInfo, 'name' | 'role'>;

/** A layer whose gates are drawn. */
interface GatedLayer {
  readonly index: number;
  readonly lanes: readonly Lane[];
  readonly units: number;
  /** Undefined for a block whose gates are those of single units, as minGRU's are. */
  readonly cell: Cell | undefined;
}

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
 * keeps. Of a stack of layers they are those of the last one that has any.
 *
 * @csspart lane - Each lane.
 * @csspart kept - What is left, in numbers.
 * @csspart notice - The words that stand where there is nothing to draw.
 */
export class RnnGates extends ModelFigure<GatesPhrases> {
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

  /** The layer whose gates are shown, from 0; the last that has any unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** Words in the place of its own and of its lanes', in another language perhaps; the attribute takes JSON. */
  declare labels: Wording<GatesPhrases> & HeatmapLabels;

  protected override readonly phrases = gatesPhrases;

  private readonly kept = new Latest<Kept>(this);

  override render(): TemplateResult {
    const { obstacle, say } = this;
    if (obstacle) return this.notice(obstacle);
    const model = this.connection.model!;
    const { tape } = model.state;
    const gated = this.gatedLayer(tape!);
    if (typeof gated === 'string') return this.notice(gated);
    const { cell, index, lanes } = gated;
    const unit = Math.min(model.cursor.unit, gated.units - 1);
    const only = this.units === 'one' ? unit : undefined;
    const place = placeInStack(tape!.model.shape, index);
    const notes = [model.lesson ? say('sentence', { text: readingNote(model.state) }) : '', place && say('ofLayer', { layer: say('sentence', { text: place }) })].filter(Boolean);
    return html`
      ${notes.map((note) => html`<p>${note}</p>`)}
      <fieldset class="choice">
        <legend>${say('show')}</legend>
        ${this.option('one', say('oneUnit', { unit: unit + 1 }))} ${this.option('mean', say('mean'))} ${this.option('all', say('allUnits'))}
      </fieldset>
      ${guard([model, tape!.model, index, this.units, only, this.lanes, this.complement, this.kept.value, this.labels], () => lanes.map((lane, k) => (this.complement && lane.name === cell?.keeps ? this.replaced(lane.name, only) : this.lane(lane, index, only, k === 0))))}
      ${this.keepLane({ ...model.cursor, unit })}
    `;
  }

  override attributeChangedCallback(name: string, old: string | null, text: string | null): void {
    if (!hidesElement(name, text)) super.attributeChangedCallback(name, old, text);
  }

  protected override willUpdate(): void {
    const { model } = this.connection;
    const { tape, words, revision } = model?.state ?? {};
    const gated = tape && this.gatedLayer(tape);
    if (!model || !tape || typeof gated !== 'object' || !gated.cell?.keeps) return this.kept.clear();
    if (this.moving) return this.kept.suspend();
    const layer = gated.index;
    this.kept.ask([tape, revision, layer], async () => {
      const products = await gateProducts(tape, { layer });
      return { products, words: words!, gate: await tape.signal(products.gate, { layer }).read() };
    });
  }

  private option(units: RnnGates['units'], label: string): TemplateResult {
    return html`<label><input type="radio" name="units" .checked=${this.units === units} @change=${() => (this.units = units)} />${label}</label>`;
  }

  /** The layer whose gates are drawn, or why there are none. */
  private gatedLayer({ signals, model: { shape } }: Tape): GatedLayer | string {
    const { layers } = shape;
    const lanesAt = (index: number) => lanesOf(layers[index], signals.filter((signal) => signal.layer === index));
    const index = this.layer ?? lastCell(shape)?.index ?? Math.max(0, layers.findLastIndex((_, k) => lanesAt(k).length > 0));
    const layer = layers[index];
    if (!layer) return this.say('noLayer', { layer: String(this.layer), last: layers.length - 1 });
    const all = lanesAt(index);
    if (all.length === 0) return this.say('noGates', { layer: this.say('sentence', { text: layerTitle(layer) }), instead: this.say('sentence', { text: insteadOfGates(layer as BlockLayer) }) });
    const lanes = this.lanes ? this.lanes.flatMap((wanted) => all.filter(({ name }) => name === wanted)) : all;
    const units = signals.find(({ name, layer: k }) => k === index && name === all[0].name)!.shape[3];
    return { index, lanes, units, cell: isRecurrent(layer) ? layer.cell : undefined };
  }

  private lane({ name, role }: Lane, layer: number, unit: number | undefined, first: boolean): TemplateResult {
    return html`<rnn-heatmap part="lane" lane=${first ? 'first' : 'next'} .model=${this.connection.model} .signal=${name} .layer=${layer} .unit=${unit} .reduce=${this.units === 'mean' ? 'mean' : undefined} .labels=${this.labels} .label=${this.say('lane', { name, role: this.say('sentence', { text: role }) })}></rnn-heatmap>`;
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
      .label=${this.say('replaced', { name })}
      .labels=${this.labels}
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

  private keepLane({ step, unit: chosen }: Cursor): TemplateResult | typeof nothing {
    const kept = this.kept.value;
    if (!kept) return nothing;
    const { say } = this;
    const { products, words } = kept;
    const { units, log10, gate: keeps } = products;
    const unit = Math.min(chosen, units - 1);
    const now = Math.min(step, words.length - 1);
    // Row n is the product from step n to the end; between two steps it is a quotient of two rows.
    const fromStep = (t: number) => (t < words.length ? log10[t * units + unit] : 0);
    const between = (t: number) => fromStep(Math.min(t, now) + 1) - fromStep(Math.max(t, now) + 1);
    const first = between(0);
    return html`
      ${this.moving ? html`<p class="waits" part="waits">${say('keptIsOld')}</p>` : nothing}
      <rnn-heatmap
        part="lane"
        lane="next"
        scale="log"
        .label=${say('keptLane', { gate: keeps, unit: unit + 1, word: words[now] })}
        .labels=${this.labels}
        .model=${this.connection.model}
        .values=${Float64Array.from(words, (_, t) => 10 ** between(t))}
        .rows=${1}
        .unit=${unit}
        .rowLabels=${[`∏${keeps}`]}
        .columnLabels=${words}
        .rowNoun=${'unit'}
        .columnNoun=${'step'}
      ></rnn-heatmap>
      <p part="kept" class="kept" role="status">${now === 0 ? say('nothingOld') : this.keptInWords(first, unit, words, now)}</p>
    `;
  }

  /** @param log10 - of the product of the gates between the first word and the step */
  private keptInWords(log10: number, unit: number, words: readonly string[], step: number): readonly (string | TemplateResult)[] {
    const told = {
      unit: unit + 1,
      first: html`<bdi>${words[0]}</bdi>`,
      word: html`<bdi>${words[step]}</bdi>`,
      left: html`<b>${ofLog10(log10)}</b>`,
      gate: decimal(10 ** (log10 / step)),
      half: html`<b>${halfLife(log10 / step, this.say)}</b>`,
    };
    return step === 1 ? this.sayMarked('keptOneStep', told) : this.sayMarked('kept', { ...told, steps: step });
  }
}

/** Gates as the equations have them, then the states, the shown one last; of a block, those that it has one of for every unit. */
function lanesOf(layer: Layer, signals: readonly SignalInfo[]): readonly Lane[] {
  if (isRecurrent(layer)) return [...layer.cell.gates, ...layer.cell.states.toReversed()].map(laneOf);
  const state = signals.find(({ kind, groups }) => kind === 'state' && !groups);
  const gates = signals.filter(({ kind, groups, shape }) => kind === 'gate' && !groups && shape[3] === state?.shape[3]);
  return state && gates.length > 0 ? [...gates, state].map(laneOf) : [];
}

function laneOf({ name, role }: Lane): Lane {
  return { name, role };
}

/** How long a gate that keeps so much a step, by its logarithm, takes to lose half: ln 2 / −ln f. */
export function halfLife(log10: number, say: Say<Pick<GatesPhrases, 'neverHalf' | 'steps'>> = sayer(gatesPhrases, undefined)): string {
  if (log10 >= 0) return say('neverHalf');
  const steps = Math.log10(2) / -log10;
  return say('steps', { steps: steps < 10 ? steps.toFixed(1) : Math.round(steps).toLocaleString('en') });
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-gates': RnnGates;
  }
}
