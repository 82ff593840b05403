import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { optionalNumberAttribute } from './attributes';
import type { HeatmapLabels } from './heatmap_phrases';
import { influencePhrases, type InfluencePhrases } from './influence_phrases';
import { ModelFigure } from './model_figure';
import type { EntryFocusEvent } from './rnn-heatmap';
import type { Wording } from './wording';

/** The reader chose one unit, or all of them together. */
export class InfluenceChangeEvent extends Event {
  readonly unit: number | undefined;

  constructor({ unit }: { unit: number | undefined }) {
    super('influence-change', { bubbles: true, composed: true });
    this.unit = unit;
  }
}

/** Beyond so many units a list to choose from is no help. */
const MOST_LISTED = 256;

/**
 * Which word the network still feels at which step: M[t, s] = ‖∂h_t/∂x_s‖ for all pairs of steps of a model's text, states
 * down and words across, by the logarithm on whole decades, never scaled by row; what is exactly 0, as the words yet to
 * come, is left empty. All units count together (the Frobenius norm), or one that the reader chooses. Measuring shows
 * its progress and can be cancelled; a newer run of the model aborts it. Choosing an entry moves the model's step.
 *
 * @fires {EntryFocusEvent} entry-focus - The pointer or a key moved to another entry: t is its row, s its column, from 0.
 * @fires {InfluenceChangeEvent} influence-change - The reader chose another unit, or all.
 * @fires {InfluenceMeasuredEvent} influence-measured - Another matrix was measured.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @csspart reading - The chosen entry in words.
 * @csspart heatmap - The `<rnn-heatmap>` that draws the matrix.
 * @cssproperty [--rnn-max-height=34rem] - Height beyond which the matrix scrolls.
 */
export class RnnInfluence extends ModelFigure<InfluencePhrases> {
  static override styles = [
    ModelFigure.styles,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: 0.4rem 1.5rem;
        margin-block-end: 0.8rem;
      }
      .reading {
        margin: 0;
        flex: 1 1 18rem;
        min-block-size: 1.5em;
        overflow-wrap: anywhere;
      }
      select {
        font: inherit;
        color: inherit;
        min-block-size: 2rem;
        padding: 0.1rem 0.4rem;
        border: 1px solid var(--line);
        border-radius: 0.4rem;
        background: Canvas;
      }
      @media (pointer: coarse) {
        select {
          min-block-size: 2.75rem;
        }
      }
      rnn-heatmap {
        font-size: 0.875rem;
      }
    `,
  ];

  /** The layer whose output is asked, from 0; the last unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** One unit of that output, from 0, instead of all together. */
  @property({ converter: optionalNumberAttribute }) unit: number | undefined;

  /** Shows no choice of a unit: the page has its own, or none. */
  @property({ type: Boolean }) plain = false;

  /** The lower end of the scale; with `max`, several matrices have one. Both follow from the numbers unless given. */
  @property({ converter: optionalNumberAttribute }) min: number | undefined;

  /** The upper end of the scale. */
  @property({ converter: optionalNumberAttribute }) max: number | undefined;

  /** Words in the place of its own and of its heatmap's, in another language perhaps; the attribute takes JSON. */
  declare labels: Wording<InfluencePhrases> & HeatmapLabels;

  @state() private reading = '';

  protected override readonly phrases = influencePhrases;

  /** Its heatmap names the device. */
  protected override get tellsAnyhow(): boolean {
    return true;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('unit') || changed.has('layer')) this.reading = '';
  }

  protected override render(): TemplateResult {
    const { model } = this.connection;
    const { obstacle } = this;
    if (!model || obstacle) return this.notice(obstacle ?? '');
    return html`
      <div class="head">
        <p class="reading" part="reading" dir="auto">${this.reading || this.say('howToRead')}</p>
        ${this.plain ? nothing : this.choice()}
      </div>
      <rnn-heatmap part="heatmap" signal="influence" .labels=${this.labels} .model=${model} .layer=${this.layer} .unit=${this.unit} .min=${this.min} .max=${this.max} @entry-focus=${this.read}></rnn-heatmap>
    `;
  }

  private choice(): TemplateResult | typeof nothing {
    const layers = this.connection.model?.state.model?.shape.layers ?? [];
    const layer = layers[this.layer ?? layers.length - 1];
    const units = layer ? layer.directions * layer.width : 0;
    if (units === 0 || units > MOST_LISTED) return nothing;
    return html`<label>
      ${this.say('feltBy')}
      <select @change=${this.choose}>
        <option value="" ?selected=${this.unit === undefined}>${this.say('allUnits')}</option>
        ${Array.from({ length: units }, (_, unit) => html`<option value=${unit} ?selected=${this.unit === unit}>${this.say('unit', { unit: unit + 1 })}</option>`)}
      </select>
    </label>`;
  }

  private readonly read = ({ label }: EntryFocusEvent): void => {
    this.reading = label;
  };

  private readonly choose = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.unit = value === '' ? undefined : Number(value);
    this.dispatchEvent(new InfluenceChangeEvent({ unit: this.unit }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-influence': RnnInfluence;
  }
  interface GlobalEventHandlersEventMap {
    'influence-change': InfluenceChangeEvent;
  }
}
