import { css, html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { ARCS_HEIGHT, arcsPicture, arcsStyles, MOST_ARCS, wordAt, wordSlots, type WordSlots } from './attention_arcs';
import { attentionWeights, spread, type AttentionWeights } from './attention_weights';
import { optionalNumberAttribute } from './attributes';
import { choiceStyles, layerChoice, oneOf } from './choice_row';
import { Latest } from './latest';
import { ModelFigure } from './model_figure';
import { numbersStyles, numbersTable } from './numbers_table';
import { Room } from './room';
import { moveStepByKey } from './step_keys';
import { textScale } from './text_scale';
import { percent, readingNote } from './training_words';

/** The reader chose another head, or all together. */
export class HeadChangeEvent extends Event {
  readonly head: number | undefined;

  constructor({ head }: { head: number | undefined }) {
    super('head-change', { bubbles: true, composed: true });
    this.head = head;
  }
}

/** More heads than these are not drawn next to each other. */
const MOST_MATRICES = 4;

/** The words' font, as the picture has it. */
const FONT = '14px system-ui, sans-serif';

/**
 * What a word looks back at: the weights of attention of an `<rnn-model>` as arcs from the chosen word to every word it
 * takes something from, of one head or the mean of all, and below them A[t, s], what every word takes from every word, as
 * a matrix for each head. Choosing a word, in any of the pictures, moves the model's step.
 *
 * @fires {HeadChangeEvent} head-change - The reader chose another head, or all together.
 * @csspart choice - The choice of a layer and a head.
 * @csspart arcs - The words with their arcs.
 * @csspart reading - What the chosen word takes, in words.
 * @csspart numbers - The same for every head, as a table.
 * @csspart heatmap - Each `<rnn-heatmap>` that draws a matrix.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the arcs and bars.
 */
export class RnnAttention extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    choiceStyles,
    numbersStyles,
    arcsStyles,
    css`
      :host {
        --place: 50rem;
        font: 0.875rem/1.45 system-ui, sans-serif;
      }
      .track {
        overflow-x: auto;
        overscroll-behavior-x: contain;
        direction: ltr; /* time runs left to right */
      }
      .reading {
        min-block-size: 2.9em;
        margin: 0.25rem 0 0;
      }
      .reading bdi {
        font-style: italic;
      }
      .matrices {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr));
        gap: 1rem 2rem;
        margin-block-start: 1.25rem;
      }
      @media (max-width: 63.99rem) {
        :host {
          --place: 42rem;
        }
      }
      @media (max-width: 30rem) {
        :host {
          --place: 69.5rem;
        }
      }
    `,
  ];

  /** The layer, from 0; the last that has attention unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** One head, from 0; the mean of all unless given. */
  @property({ converter: optionalNumberAttribute }) head: number | undefined;

  @query('.track') private readonly scroller!: HTMLElement | null;

  private readonly weights = new Latest<AttentionWeights>(this);
  private readonly room = new Room(this);
  #shown: number | undefined;

  override render(): TemplateResult {
    const obstacle = this.obstacle ?? this.weights.failure;
    if (obstacle) return this.notice(obstacle);
    const weights = this.weights.value;
    if (!weights) return this.moving ? html`${this.waits()}` : this.awaited();
    const model = this.connection.model!;
    const head = this.headOf(weights);
    const step = Math.min(model.cursor.step, weights.words.length - 1);
    const row = Array.from({ length: step + 1 }, (_, s) => weights.at(head, step, s));
    const note = model.lesson ? readingNote(model.state) : '';
    return html`
      ${this.waits()} ${note ? html`<p>${note}</p>` : nothing} ${this.choices(weights, head)}
      ${this.room.width > 0 ? this.arcs(weights.words, row) : nothing}
      <p part="reading" class="reading" role="status">${inWords(weights.words, row)}</p>
      ${table(weights, step)}
      ${guard([model, weights.layer, weights.heads, head], () => this.matrices(weights, head))}
    `;
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { tape, words, revision } = this.connection.model?.state ?? {};
    if (!tape) return this.weights.clear();
    if (this.moving) return this.weights.suspend();
    const { layer } = this;
    this.weights.ask([tape, revision, layer], () => attentionWeights(tape, words!, layer));
  }

  protected override updated(): void {
    const { weights, scroller } = this;
    const step = this.connection.model?.cursor.step;
    if (!weights.value || !scroller || step === undefined || step === this.#shown) return;
    this.#shown = step;
    const { middles, widths } = this.slots(weights.value.words);
    const at = Math.min(step, middles.length - 1);
    const scale = textScale();
    const [left, right] = [scale * (middles[at] - widths[at] / 2), scale * (middles[at] + widths[at] / 2)];
    if (left < scroller.scrollLeft || right > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = right - scroller.clientWidth;
  }

  /** The head that is shown; all together where there is just one, or none of that number. */
  private headOf({ heads }: AttentionWeights): number | undefined {
    const { head } = this;
    return heads > 1 && head !== undefined && Number.isInteger(head) && head >= 0 && head < heads ? head : undefined;
  }

  private choices({ heads, layers, layer }: AttentionWeights, head: number | undefined): TemplateResult | typeof nothing {
    if (heads === 1 && layers.length === 1) return nothing;
    const named = (label: string, each: number | undefined) => ({ label, chosen: each === head, choose: () => this.choose(each) });
    const all = Array.from({ length: heads }, (_, each) => named(String(each + 1), each));
    return html`<div class="choices" part="choice">
      ${layerChoice(layers, layer, (each) => (this.layer = each))} ${heads > 1 ? oneOf('Head', [...all, named('their mean', undefined)]) : nothing}
    </div>`;
  }

  private arcs(words: readonly string[], row: readonly number[]): TemplateResult {
    const slots = this.slots(words);
    const scale = textScale();
    const step = row.length - 1;
    return html`<div class="track">
      <svg
        part="arcs"
        class="arcs"
        width=${slots.width * scale}
        height=${ARCS_HEIGHT * scale}
        viewBox="0 0 ${slots.width} ${ARCS_HEIGHT}"
        role="slider"
        tabindex="0"
        aria-label="Word that looks back"
        aria-valuemin="1"
        aria-valuemax=${words.length}
        aria-valuenow=${step + 1}
        aria-valuetext=${`${words[step]}, word ${step + 1} of ${words.length}. ${plainWords(words, row)}`}
        @keydown=${this.moveByKey}
        @click=${(event: MouseEvent) => this.pick(event, slots)}
      >
        ${guard([row.join(' '), slots], () => svg`${arcsPicture(slots, row)}`)}
      </svg>
    </div>`;
  }

  /** All heads next to each other, as long as they are few; else the one that is chosen, or the mean. */
  private matrices({ heads, layer }: AttentionWeights, head: number | undefined): TemplateResult {
    const shown = heads <= MOST_MATRICES ? Array.from({ length: heads }, (_, each) => each) : [head];
    const label = (each: number | undefined) => (heads === 1 ? 'A[t, s]: what each word takes from each' : each === undefined ? 'The mean of all heads' : `Head ${each + 1}: what each word takes from each`);
    return html`<div class="matrices">
      ${shown.map((each) => html`<rnn-heatmap part="heatmap" signal="attn" lane="first" .model=${this.connection.model} .layer=${layer} .group=${each} .label=${label(each)}></rnn-heatmap>`)}
    </div>`;
  }

  #slots: { readonly words: readonly string[]; readonly room: number; readonly slots: WordSlots } | undefined;

  private slots(words: readonly string[]): WordSlots {
    const room = this.room.width / textScale();
    if (this.#slots?.words !== words || this.#slots.room !== room) this.#slots = { words, room, slots: wordSlots(words, room, FONT) };
    return this.#slots.slots;
  }

  private choose(head: number | undefined): void {
    this.head = head;
    this.dispatchEvent(new HeadChangeEvent({ head }));
  }

  private pick(event: MouseEvent, slots: WordSlots): void {
    const { left } = (event.currentTarget as Element).getBoundingClientRect();
    this.connection.model?.moveCursor({ step: wordAt(slots, (event.clientX - left) / textScale()) });
  }

  private readonly moveByKey = (event: KeyboardEvent): void => moveStepByKey(event, this.connection.model);
}

/** The heaviest weights, at most so many. */
function heaviestOf(row: readonly number[], most: number): readonly number[] {
  return row.map((_, s) => s).toSorted((one, other) => row[other] - row[one]).slice(0, most);
}

function inWords(words: readonly string[], row: readonly number[]): TemplateResult {
  const last = row.length - 1;
  if (last === 0) return html`The first word, <bdi>${words[0]}</bdi>, has nothing to look back at: all it takes is from itself.`;
  const taken = heaviestOf(row, 3).map((s, rank) => html`${rank > 0 ? ', ' : ''}<b>${percent(row[s])}</b> from ${s === last ? 'itself' : html`<bdi>${words[s]}</bdi>`}`);
  const left = row.length > MOST_ARCS ? ` Only the ${MOST_ARCS} thickest arcs are drawn.` : '';
  return html`<b><bdi>${words[last]}</bdi></b> takes ${taken}. Evenly it would be ${percent(1 / row.length)} from each of ${row.length} words; as it is, it is spread as if over ${spread(row).toFixed(1)}.${left}`;
}

function plainWords(words: readonly string[], row: readonly number[]): string {
  const taken = heaviestOf(row, 3).map((s) => `${percent(row[s])} from ${s === row.length - 1 ? 'itself' : words[s]}`);
  return `Takes ${taken.join(', ')}`;
}

function table({ words, heads, at }: AttentionWeights, step: number): TemplateResult {
  const columns = [...Array.from({ length: heads }, (_, head) => ({ name: `Head ${head + 1}`, head })), ...(heads > 1 ? [{ name: 'Mean', head: undefined }] : [])];
  return numbersTable({
    summary: 'The weights of this word as a table',
    label: 'Weights by word and head',
    head: ['Takes from', ...columns.map(({ name }) => name)],
    rows: words.slice(0, step + 1).map((word, s) => ({ head: html`<bdi>${word}</bdi>`, cells: columns.map(({ head }) => percent(at(head, step, s))) })),
  });
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-attention': RnnAttention;
  }
  interface GlobalEventHandlersEventMap {
    'head-change': HeadChangeEvent;
  }
}
