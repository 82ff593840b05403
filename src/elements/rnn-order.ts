import { css, html, svg, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { Model } from '../engine';
import { outputName } from './last_layer';
import { Latest } from './latest';
import { ModelFigure } from './model_figure';
import { sentenceOf, visible } from './network';
import { orderVerdict, type Verdict } from './order_verdict';
import { snapOutward } from './range';
import { ScaleConnection } from './scale_connection';
import { withExchanged } from './sentence';
import { decimal } from './signed_number';

/** A vector for each order of the words, and whether the two are the same. */
interface Twin {
  readonly vectors: readonly [ArrayLike<number>, ArrayLike<number>];
  readonly limit: number;
  readonly verdict: Verdict;
}

interface Orders {
  readonly words: readonly [readonly string[], readonly string[]];
  /** The two places, from 0. */
  readonly exchanged: readonly [number, number];
  readonly bag: Twin;
  /** What the network hands on after the last word, and what that is called. */
  readonly network: Twin;
  readonly name: 'h' | 'y';
}

/**
 * Who notices that two words changed places: the sum of the word vectors does not, the state after the last word does.
 * Both orders run through the model in one batch; the sums are of the very vectors that it read.
 *
 * @csspart notice - The words that stand where there is nothing to draw.
 */
export class RnnOrder extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      .choice {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        margin-block-end: 1rem;
      }
      select {
        font: inherit;
        color: inherit;
        max-inline-size: 12rem;
        min-block-size: 2.25rem;
        padding-inline: 0.4rem;
        background: transparent;
        border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
        border-radius: 0.4rem;
      }
      option {
        color: CanvasText;
        background: Canvas;
      }
      .twins {
        display: grid;
        gap: 1.25rem 2rem;
      }
      .strips {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.35rem;
      }
      .title {
        margin: 0 0 0.4rem;
        font-weight: 700;
      }
      .sentence {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 0.85em;
        color: var(--quiet);
      }
      mark {
        background: none;
        color: var(--accent);
        font-weight: 700;
      }
      @media (forced-colors: active) {
        mark {
          color: CanvasText;
        }
      }
      svg {
        inline-size: 100%;
        block-size: 1.4rem;
        display: block;
        border-radius: 2px;
      }
      rect[fill] {
        forced-color-adjust: none;
      }
      .verdict {
        margin: 0.4rem 0 0;
      }
      @media (pointer: coarse) {
        select {
          min-block-size: 2.75rem;
        }
      }
    `,
  ];

  /** Index of one of the two words, from 0. */
  @property({ type: Number }) one = 1;

  /** Index of the other word, from 0. */
  @property({ type: Number }) other = 5;

  @state() private chosen: readonly [number, number] | undefined;

  private readonly orders = new Latest<Orders>(this);
  private readonly scale = new ScaleConnection(this);

  override render(): TemplateResult {
    const obstacle = this.obstacle ?? this.orders.failure;
    if (obstacle) return this.notice(obstacle);
    const { words } = this.connection.model!.state;
    if (words.length < 2) return this.notice('Two words can only change places in a sentence that has two; type a longer one.');
    const [one, other] = this.exchanged(words.length);
    const orders = this.orders.value;
    return html`
      ${this.waits()}
      <div class="choice" role="group" aria-label="Words that change places">
        Exchange ${this.choice('one word', words, one, (index) => (this.chosen = [index, other]))} and
        ${this.choice('another word', words, other, (index) => (this.chosen = [one, index]))}
      </div>
      <div class="twins">
        ${orders
          ? guard([orders, this.scale.scheme], () => [
              this.twin('Bag of words: the sum of the word vectors', orders.words, orders.bag, 'sums', orders.exchanged),
              this.twin(orders.name === 'h' ? 'Recurrent network: the state after the last word' : 'This network: its output after the last word', orders.words, orders.network, orders.name === 'h' ? 'states' : 'outputs', orders.exchanged),
            ])
          : ''}
      </div>
    `;
  }

  protected override willUpdate(): void {
    const current = this.connection.model?.state;
    if (!current?.tape || current.words.length < 2) return this.orders.clear();
    if (this.moving) return this.orders.suspend();
    const { tape, words, revision } = current;
    const [one, other] = this.exchanged(words.length);
    this.orders.ask([tape, revision, one, other], async (abort) => bothOrders(tape.model, sentenceOf(tape), [one, other], abort));
  }

  /** The two places, within the sentence. */
  private exchanged(count: number): readonly [number, number] {
    const [one, other] = this.chosen ?? [this.one, this.other];
    const within = (index: number) => Math.min(Math.max(0, Math.trunc(index) || 0), count - 1);
    return [within(one), within(other)];
  }

  private choice(label: string, words: readonly string[], chosen: number, choose: (index: number) => void): TemplateResult {
    const pick = (event: Event) => choose((event.target as HTMLSelectElement).selectedIndex);
    return html`<select aria-label=${label} @change=${pick}>
      ${guard([words, chosen], () => words.map((word, index) => html`<option value=${index} .selected=${index === chosen}>${index + 1}. ${word}</option>`))}
    </select>`;
  }

  private twin(title: string, words: Orders['words'], { vectors, limit, verdict: { finding, explanation } }: Twin, things: string, marked: readonly [number, number]): TemplateResult {
    const same = words[0].every((word, index) => word === words[1][index]);
    // No heading: of which level, only the page around it knows.
    return html`<div role="group" aria-label=${title}>
      <p class="title">${title}</p>
      <div class="strips">
        ${vectors.map(
          (vector, order) => html`<bdi class="sentence">${words[order].map((word, index) => html`${marked.includes(index) ? html`<mark>${word}</mark>` : word} `)}</bdi>
            <svg viewBox="0 0 ${vector.length} 1" preserveAspectRatio="none" shape-rendering="crispEdges" aria-hidden="true">
              ${Array.from(
                vector,
                (value, k) => svg`<rect x=${k} width="1" height="1" y="0" fill=${this.scale.diverging(value / limit)}><title>${decimal(value)}</title></rect>`,
              )}
            </svg>`,
        )}
      </div>
      <p class="verdict">
        The two ${things} are <b>${finding}</b>${explanation}${same ? '; but so are the two sentences' : ''}. Colours from −${limit} to ${limit}.
      </p>
    </div>`;
  }
}

async function bothOrders(model: Model, sentence: readonly string[], exchanged: Orders['exchanged'], abort: AbortSignal): Promise<Orders> {
  const words = [sentence, withExchanged(sentence, ...exchanged)] as const;
  const tape = await model.run({ words }, { abort });
  try {
    const name = outputName(model.shape);
    const [read, output] = [tape.signal('x', { layer: 0 }), tape.signal(name)];
    const [x, y] = await Promise.all([read.read(), output.read()]);
    const [width, units] = [read.shape[3], output.shape[3]];
    const vectorAt = (t: number, b: number) => x.subarray((t * 2 + b) * width, (t * 2 + b + 1) * width);
    const last = sentence.length - 1;
    const outputOf = (b: number) => y.subarray((last * 2 + b) * units, (last * 2 + b + 1) * units);
    const shown = (order: readonly string[]) => order.map(visible);
    return {
      words: [shown(words[0]), shown(words[1])],
      exchanged,
      name,
      bag: twinOf([0, 1].map((b) => bagOf(words[b], width, (t) => vectorAt(t, b))) as [Float64Array, Float64Array]),
      network: twinOf([outputOf(0), outputOf(1)]),
    };
  } finally {
    tape.release();
  }
}

/** The sum over the bag: each different word's vector times how often it occurs, in alphabetical order, since a bag has none. */
function bagOf(words: readonly string[], width: number, vectorAt: (t: number) => ArrayLike<number>): Float64Array {
  const counts = new Map<string, { vector: ArrayLike<number>; count: number }>();
  words.forEach((word, t) => {
    const entry = counts.get(word) ?? { vector: vectorAt(t), count: 0 };
    entry.count++;
    counts.set(word, entry);
  });
  const sum = new Float64Array(width);
  for (const word of [...counts.keys()].toSorted()) {
    const { vector, count } = counts.get(word)!;
    for (let k = 0; k < width; k++) sum[k] += count * vector[k];
  }
  return sum;
}

function twinOf([one, other]: readonly [Float32Array | Float64Array, Float32Array | Float64Array]): Twin {
  const largest = Math.max(...[one, other].flatMap((vector) => Array.from(vector, Math.abs)));
  return { vectors: [one, other], limit: snapOutward(largest), verdict: orderVerdict(one, other) };
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-order': RnnOrder;
  }
}
