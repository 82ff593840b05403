import { css, html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { wordsOf } from '../engine';
import { Latest } from './latest';
import { ModelFigure } from './model_figure';
import { pairRun, type Pair } from './pair_run';
import './rnn-heatmap';
import { withWord } from './sentence';
import { decimal } from './signed_number';

/** The reader changed the second sentence. */
export class CompareChangeEvent extends Event {
  readonly text: string;

  constructor({ text }: { text: string }) {
    super('compare-change', { bubbles: true, composed: true });
    this.text = text;
  }
}

/** The chart of distances, in CSS pixels: the room for bars, for numbers above and for words below. */
const CHART = { bars: 96, above: 18, below: 20, narrowest: 2, widest: 104, numbered: 38 } as const;

/**
 * Two sentences through the same network, and their difference, per unit and step, on one range of colours; below it
 * the length of the difference at every step. Every word of the second sentence can be changed in place.
 *
 * Sentences of different lengths are compared step by step up to the end of the shorter one.
 *
 * @fires {CompareChangeEvent} compare-change - The reader changed a word of the second sentence.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the chosen step and of changed words.
 */
@customElement('rnn-compare')
export class RnnCompare extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      .sentence {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem;
        max-block-size: 9rem;
        overflow-y: auto;
        margin-block: 0 1rem;
        padding: 3px;
      }
      .sentence > span {
        color: var(--quiet);
        margin-inline-end: 0.4rem;
      }
      .sentence button {
        font: inherit;
        color: inherit;
        background: none;
        min-block-size: 2rem;
        min-inline-size: 1.5rem;
        max-inline-size: 100%;
        overflow-wrap: anywhere;
        padding: 0.1rem 0.45rem;
        border: 1px solid var(--line);
        border-radius: 0.4rem;
        cursor: text;
      }
      .sentence button:hover {
        border-color: var(--accent);
      }
      .sentence button.changed {
        border-color: var(--accent);
        color: var(--accent);
        font-weight: 700;
      }
      .sentence input {
        font: inherit;
        color: inherit;
        background: transparent;
        min-block-size: 2rem;
        inline-size: 8rem;
        padding: 0.1rem 0.45rem;
        border: 1px solid var(--accent);
        border-radius: 0.4rem;
        box-sizing: border-box;
      }
      h3 {
        font-size: 0.9em;
        margin: 0.75rem 0 0.25rem;
        font-weight: 600;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      rnn-heatmap {
        display: block;
        margin-block-end: 1.25rem;
      }
      .remark {
        margin: 0.5rem 0;
      }
      .scroll {
        overflow-x: auto;
        direction: ltr;
      }
      .chart {
        display: block;
      }
      text {
        font-size: 11px;
        text-anchor: middle;
        fill: currentColor;
      }
      text.word {
        fill: var(--quiet);
      }
      .bar {
        fill: var(--quiet);
      }
      .bar.chosen {
        fill: var(--accent);
      }
      .base {
        stroke: var(--line);
      }
      @media (pointer: coarse) {
        .sentence button,
        .sentence input {
          min-block-size: 2.75rem;
          min-inline-size: 2.75rem;
        }
      }
    `,
  ];

  /** The second sentence. */
  @property() with = '';

  /** The signal that is compared: `h`, `c` or a gate. */
  @property() signal = 'h';

  /** Index of the word that is being edited. */
  @state() private edited: number | undefined;

  /** Width for the chart. */
  @state() private room = 0;

  private readonly resized = new ResizeObserver(([{ contentRect }]) => (this.room = Math.floor(contentRect.width)));
  private readonly pair = new Latest<Pair>(this);

  override render(): TemplateResult {
    const { obstacle } = this;
    if (obstacle) return this.notice(obstacle);
    const { words } = this.connection.model!.state;
    return html`${this.sentence(words)} ${this.pictures()}`;
  }

  protected override willUpdate(): void {
    const current = this.connection.model?.state;
    if (!current?.tape || !current.model) return this.pair.clear();
    const { model, words, tape } = current;
    const { with: other, signal } = this;
    this.pair.ask([tape, other, signal], async (abort) => {
      const others = wordsOf(other);
      if (others.length === 0) throw new Error('The second sentence is empty; give it at least one word.');
      return pairRun(model, [words, others], signal, abort);
    });
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('edited') && this.edited !== undefined) {
      const field = this.renderRoot.querySelector('input');
      field?.focus();
      field?.select();
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  private sentence(first: readonly string[]): TemplateResult {
    let words: readonly string[] = [];
    try {
      words = wordsOf(this.with);
    } catch {
      // too long: the run says so
    }
    if (words.length === 0) {
      return html`<div class="sentence" role="group" aria-label="Second sentence">
        <span>Compare with</span><input aria-label="Second sentence" @change=${(event: Event) => this.accept((event.target as HTMLInputElement).value)} />
      </div>`;
    }
    return html`<div class="sentence" role="group" aria-label="Second sentence, word by word">
      <span>Compare with</span>
      ${guard([first, this.with, this.edited], () =>
        words.map((word, index) =>
          index === this.edited
            ? html`<input dir="auto" .value=${word} aria-label="Replacement for ${word}" @keydown=${this.closeByKey} @blur=${this.acceptWord} />`
            : html`<button
                type="button"
                class=${word === first[index] ? '' : 'changed'}
                aria-label="${word}, change this word"
                data-index=${index}
                @click=${() => (this.edited = index)}
              ><bdi>${word}</bdi></button>`,
        ),
      )}
    </div>`;
  }

  private pictures(): TemplateResult {
    if (this.pair.failure) return this.notice(this.pair.failure);
    const pair = this.pair.value;
    if (!pair) return html``;
    const { words, steps } = pair;
    const step = Math.min(this.connection.model!.cursor.step, steps - 1);
    return html`
      ${guard([pair], () => {
        const labels = words[0].slice(0, steps).map((word, t) => (word === words[1][t] ? word : `${word} → ${words[1][t]}`));
        return html`
          ${this.picture(`The sentence: ${opening(words[0])}`, pair, pair.values[0], words[0].slice(0, steps))}
          ${this.picture(`The other: ${opening(words[1])}`, pair, pair.values[1], words[1].slice(0, steps))}
          ${this.picture('The difference: the other minus the sentence', { ...pair, signed: true }, pair.difference, labels)}
        `;
      })}
      ${this.remark(pair)}
      <h3>Length of the difference at every step</h3>
      ${this.chart(pair, step)}
      <p class="remark">
        At step ${step + 1} of ${steps}, <bdi>${words[0][step]}</bdi>, the two runs are <b>${decimal(pair.distance[step], 4)}</b> apart.
      </p>
    `;
  }

  private picture(title: string, { units, steps, limit, signed }: Pair, values: Float64Array, columns: readonly string[]): TemplateResult {
    const rows = Float64Array.from({ length: units * steps }, (_, k) => values[(k % steps) * units + Math.floor(k / steps)]);
    return html`<rnn-heatmap
      label=${title}
      .values=${rows}
      .rows=${units}
      .columnLabels=${columns}
      .min=${signed ? -limit : 0}
      .max=${limit}
    ></rnn-heatmap>`;
  }

  private remark({ words, steps, distance }: Pair): TemplateResult | typeof nothing {
    const [one, other] = words.map((sentence) => sentence.length);
    const uneven = one === other ? '' : `The sentences have ${one} and ${other} words; compared are the ${steps} steps that both have. `;
    const same = words[0].length === words[1].length && words[0].every((word, t) => word === words[1][t]);
    const zero = distance.every((length) => length === 0);
    const verdict = same
      ? zero
        ? 'Both sentences are the same, and the difference is exactly zero everywhere.'
        : 'Both sentences are the same, yet the difference is not zero: something is wrong with this device.'
      : '';
    return uneven || verdict ? html`<p class="remark" role="status">${uneven}${verdict}</p>` : nothing;
  }

  private chart({ words, steps, distance }: Pair, step: number): TemplateResult {
    const pitch = Math.max(CHART.narrowest, Math.min(CHART.widest, (this.room || 640) / steps));
    const numbered = pitch >= CHART.numbered;
    const [width, height, base] = [steps * pitch, CHART.above + CHART.bars + CHART.below, CHART.above + CHART.bars];
    const largest = distance.reduce((most, length) => Math.max(most, length), 0);
    const sizeAt = (t: number) => (largest > 0 ? (distance[t] / largest) * CHART.bars : 0);
    const bar = (t: number) => `M${(t + 0.15) * pitch} ${base}h${0.7 * pitch}v${-sizeAt(t)}h${-0.7 * pitch}z`;
    const letters = Math.floor(pitch / 6.5);
    const label = `Length of the difference, from ${decimal(distance[0])} at the first step to ${decimal(distance[steps - 1])} at the last; largest ${decimal(largest)}`;
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Length of the difference at every step">
      <svg class="chart" role="img" aria-label=${label} width=${width} height=${height} viewBox="0 0 ${width} ${height}">
        ${guard([distance, pitch], () => svg`<path class="bar" d=${Array.from(distance, (_, t) => bar(t)).join('')}></path>`)}
        <path class="bar chosen" d=${bar(step)}></path>
        ${
          numbered
            ? Array.from(
                distance,
                (length, t) => svg`<text x=${(t + 0.5) * pitch} y=${base - sizeAt(t) - 4}>${decimal(length)}</text>
                  <text class="word" x=${(t + 0.5) * pitch} y=${base + 14}>${clipped(words[0][t], letters)}</text>`,
              )
            : ''
        }
        <path class="base" d="M0 ${base}H${width}"></path>
      </svg>
    </div>`;
  }

  private accept(text: string): void {
    if (text === this.with) return;
    this.with = text;
    this.dispatchEvent(new CompareChangeEvent({ text }));
  }

  private readonly acceptWord = (event: Event): void => {
    const index = this.edited;
    if (index === undefined) return;
    this.edited = undefined;
    this.accept(withWord(this.with, index, (event.target as HTMLInputElement).value.trim()));
  };

  private readonly closeByKey = (event: KeyboardEvent): void => {
    const index = this.edited;
    if (event.key === 'Escape') this.edited = undefined;
    else if (event.key === 'Enter') this.acceptWord(event);
    else return;
    event.preventDefault();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  };
}

function clipped(word: string, letters: number): string {
  const characters = Array.from(word);
  return characters.length > letters ? `${characters.slice(0, letters - 1).join('')}…` : word;
}

/** As much of a sentence as a caption can hold. */
function opening(words: readonly string[]): string {
  return words.length > 16 ? `${words.slice(0, 16).join(' ')} …` : words.join(' ');
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-compare': RnnCompare;
  }
  interface HTMLElementEventMap {
    'compare-change': CompareChangeEvent;
  }
}
