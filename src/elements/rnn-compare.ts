import { css, html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { wordsOf, type Tape } from '../engine';
import { comparePhrases, type ComparePhrases } from './compare_phrases';
import type { HeatmapLabels } from './heatmap_phrases';
import { outputName } from './last_layer';
import { Latest } from './latest';
import { ModelFigure } from './model_figure';
import { readable, readsCharacters, sentenceOf } from './network';
import { pairRun, type Pair } from './pair_run';
import { snapOutward, stickyLimit } from './range';
import { withWord } from './sentence';
import { decimal } from './signed_number';
import { textScale } from './text_scale';
import { axisWithin, timeAxis, type TimeAxis } from './time_axis';
import type { Wording } from './wording';

/** The reader changed the second sentence. */
export class CompareChangeEvent extends Event {
  readonly text: string;

  constructor({ text }: { text: string }) {
    super('compare-change', { bubbles: true, composed: true });
    this.text = text;
  }
}

/** The chart of lengths, in CSS pixels: the room for bars, for numbers above them, and the narrowest bar with a number. */
const CHART = { bars: 96, above: 18, below: 6, numbered: 38 } as const;

/**
 * Two sentences through the same network, and their difference, per unit and step; below it the length of the
 * difference at every step. Both sentences have the signal's own range of colours, the difference has one of its own,
 * and each says which. Every word of the second sentence can be changed in place; the figures share the model's cursor.
 *
 * Sentences of different lengths are compared step by step up to the end of the shorter one.
 *
 * @fires {CompareChangeEvent} compare-change - The reader changed a word of the second sentence.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the chosen step and of changed words.
 */
export class RnnCompare extends ModelFigure<ComparePhrases> {
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
      .title {
        font-size: 0.9em;
        margin: 0.75rem 0 0.25rem;
        font-weight: 600;
        text-wrap: balance;
        overflow-wrap: anywhere;
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
      text.end {
        text-anchor: end;
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

  /** The signal that is compared: `c`, a gate, or any other of the last layer; what that layer hands on unless given, the `h` of a cell and the `y` of a block. */
  @property() signal = '';

  /** Words in the place of its own and of its heatmaps', in another language perhaps; the attribute takes JSON. */
  declare labels: Wording<ComparePhrases> & HeatmapLabels;

  protected override readonly phrases = comparePhrases;

  /** Index of the word that is being edited. */
  @state() private edited: number | undefined;

  /** Width for the chart. */
  @state() private room = 0;

  private readonly resized = new ResizeObserver(([{ contentRect }]) => (this.room = Math.floor(contentRect.width)));
  private readonly pair = new Latest<Pair>(this);
  private limits: { readonly signal: string; readonly difference: number; readonly norm: number } | undefined;

  override render(): TemplateResult {
    const { obstacle } = this;
    if (obstacle) return this.notice(obstacle);
    return html`${this.waits()} ${this.sentence(this.connection.model!.state.tape!)} ${this.pictures()}`;
  }

  protected override willUpdate(): void {
    const current = this.connection.model?.state;
    if (!current?.tape) return this.pair.clear();
    if (this.moving) return this.pair.suspend();
    const { tape, revision } = current;
    const { with: other } = this;
    const signal = this.signal || outputName(tape.model.shape);
    this.pair.ask([tape, revision, other, signal], async (abort) => pairRun(tape, [sentenceOf(tape), readable(other, tape.model)], signal, abort));
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

  private sentence({ inputs, model }: Tape): TemplateResult {
    const { say } = this;
    const read = inputs.words?.[0] ?? [];
    const first = readsCharacters(model) ? wordsOf(read.join('')) : read;
    const readAs = (word: string) => readable(word, model).join('');
    let words: readonly string[] = [];
    try {
      words = wordsOf(this.with);
    } catch {
      // too long: the run says so
    }
    if (words.length === 0) {
      return html`<div class="sentence" role="group" aria-label=${say('secondSentence')}>
        <span>${say('compareWith')}</span><input aria-label=${say('secondSentence')} @change=${(event: Event) => this.accept((event.target as HTMLInputElement).value)} />
      </div>`;
    }
    return html`<div class="sentence" role="group" aria-label=${say('wordByWord')}>
      <span>${say('compareWith')}</span>
      ${guard([read, this.with, this.edited, this.labels], () =>
        words.map((word, index) =>
          index === this.edited
            ? html`<input dir="auto" .value=${word} aria-label=${say('replacement', { word })} @keydown=${this.closeByKey} @blur=${this.acceptWord} />`
            : html`<button
                type="button"
                class=${word === first[index] || readAs(word) === first[index] ? '' : 'changed'}
                aria-label=${say('changeWord', { word })}
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
    const { say } = this;
    const { words, steps, units, sentences, norm } = pair;
    const step = Math.min(this.connection.model!.cursor.step, steps - 1);
    const labels = words[0].map((word, t) => (word === words[1][t] ? word : `${word} → ${words[1][t]}`));
    const axis = timeAxis(this.renderRoot.querySelector('rnn-heatmap'), units, labels, this.room || 640);
    const limits = this.limitsFor(pair);
    return html`
      ${guard([pair, axis.worded, limits, this.labels], () => {
        const own = ownRange(pair);
        return html`
          ${this.picture(say('one', { sentence: opening(sentences[0]) }), pair, pair.values[0], axis.worded ? words[0] : undefined, own)}
          ${this.picture(say('other', { sentence: opening(sentences[1]) }), pair, pair.values[1], axis.worded ? words[1] : undefined, own)}
          ${this.picture(say('difference'), pair, pair.difference, axis.worded ? labels : undefined, [-limits.difference, limits.difference])}
        `;
      })}
      ${this.remark(pair)}
      <p class="title">${say('lengths', { signal: pair.signal, limit: limits.norm })}</p>
      ${this.chart(pair, step, axis, limits.norm)}
      <p class="remark">
        ${this.sayMarked('lengthAtStep', { step: String(step + 1), steps: String(steps), word: html`<bdi>${words[0][step]}</bdi>`, length: html`<b>${decimal(norm[step], 4)}</b>` })}
      </p>
    `;
  }

  /** Kept while they fit, so that colours and bars mean the same from one word to the next. */
  private limitsFor({ signal, largest, norm }: Pair): { readonly signal: string; readonly difference: number; readonly norm: number } {
    const before = this.limits?.signal === signal ? this.limits : undefined;
    const difference = stickyLimit(before?.difference, largest.difference);
    const length = stickyLimit(before?.norm, Math.max(...norm));
    if (before?.difference !== difference || before.norm !== length) this.limits = { signal, difference, norm: length };
    return this.limits!;
  }

  private picture(title: string, { units, steps }: Pair, values: Float64Array, columns: readonly string[] | undefined, [min, max]: readonly [number, number]): TemplateResult {
    const rows = Float64Array.from({ length: units * steps }, (_, k) => values[(k % steps) * units + Math.floor(k / steps)]);
    return html`<rnn-heatmap
      label=${title}
      row-noun="unit"
      column-noun="step"
      .labels=${this.labels}
      .model=${this.connection.model}
      .values=${rows}
      .rows=${units}
      .columnLabels=${columns}
      .min=${min}
      .max=${max}
    ></rnn-heatmap>`;
  }

  private remark({ words, sentences, steps, things, norm }: Pair): TemplateResult | typeof nothing {
    const { say } = this;
    const [one, other] = sentences.map((sentence) => sentence.length);
    const uneven = one === other ? '' : say('uneven', { one, other, things: say('sentence', { text: things }), steps });
    const same = one === other && words[0].every((word, t) => word === words[1][t]);
    const zero = norm.every((length) => length === 0);
    const verdict = same
      ? zero
        ? say('same')
        : say('sameYetDifferent')
      : '';
    return uneven || verdict ? html`<p class="remark" role="status">${uneven} ${verdict}</p>` : nothing;
  }

  private chart({ steps, norm }: Pair, step: number, axis: TimeAxis, limit: number): TemplateResult {
    const scale = textScale();
    const { left, pitch, width } = axisWithin(axis, scale);
    const [height, base] = [CHART.above + CHART.bars + CHART.below, CHART.above + CHART.bars];
    const sizeAt = (t: number) => (norm[t] / limit) * CHART.bars;
    const bar = (t: number) => `M${left + (t + 0.15) * pitch} ${base}h${0.7 * pitch}v${-sizeAt(t)}h${-0.7 * pitch}z`;
    const label = this.say('chartInWords', { first: decimal(norm[0]), last: decimal(norm[steps - 1]), largest: decimal(Math.max(...norm)) });
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${this.say('chart')}>
      <svg class="chart" role="img" aria-label=${label} width=${axis.width} height=${height * scale} viewBox="0 0 ${width} ${height}">
        <text class="end" x=${left - 8} y=${CHART.above + 4}>${limit}</text>
        <text class="end" x=${left - 8} y=${base + 4}>0</text>
        <path class="base" d="M${left} ${CHART.above}H${width}"></path>
        ${guard([norm, pitch, left, limit], () => svg`<path class="bar" d=${Array.from(norm, (_, t) => bar(t)).join('')}></path>`)}
        <path class="bar chosen" d=${bar(step)}></path>
        ${
          pitch >= CHART.numbered
            ? Array.from(norm, (length, t) => svg`<text class="number" x=${left + (t + 0.5) * pitch} y=${base - sizeAt(t) - 4}>${decimal(length)}</text>`)
            : ''
        }
        <path class="base" d="M${left} ${base}H${width}"></path>
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

/** What the colours of both sentences stand for: the signal's own range, or as far as both go. */
function ownRange({ range, largest }: Pair): readonly [number, number] {
  if (range !== 'unbounded') return range;
  const limit = snapOutward(largest.values);
  return [-limit, limit];
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
