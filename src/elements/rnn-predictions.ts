import { css, html, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { labelsAttribute } from './attributes';
import { Latest } from './latest';
import { ModelFigure } from './model_figure';
import { readsCharacters, visible } from './network';
import { nextWords, type NextWords } from './next_words';
import { percent } from './training_words';

/**
 * What a network with a head says comes next at the chosen step: the likeliest words with their probabilities, and those
 * that the page asks after wherever they rank.
 *
 * @csspart word - Each word with its bar.
 * @csspart notice - The words that stand where there is nothing to draw.
 */
export class RnnPredictions extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    css`
      .title {
        margin: 0 0 0.5rem;
      }
      ol {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
        gap: 0.25rem 1.5rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 6.5rem 1fr 4rem;
        align-items: center;
        gap: 0.5rem;
      }
      bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      svg {
        inline-size: 100%;
        block-size: 0.75rem;
      }
      rect {
        fill: var(--quiet);
      }
      .asked rect {
        fill: var(--accent);
      }
      .asked bdi {
        color: var(--accent);
        font-weight: 700;
      }
      .part {
        text-align: end;
      }
      .read {
        font-weight: 600;
      }
    `,
  ];

  /** Words whose probability is always shown, as `was were`. */
  @property({ converter: labelsAttribute }) words: readonly string[] = ['was', 'were'];

  /** How many others are shown. */
  @property({ type: Number }) count = 6;

  private readonly next = new Latest<NextWords>(this);

  override render(): TemplateResult {
    const obstacle = this.obstacle ?? this.next.failure;
    if (obstacle) return this.notice(obstacle);
    const next = this.next.value;
    if (!next) return html`${this.waits()}`;
    const { step } = this.connection.model!.cursor;
    const { words, names } = next;
    const at = Math.min(step, words.length - 1);
    const isText = readsCharacters(this.connection.model!.state.model!);
    const shownBefore = isText ? 40 : 7;
    const likely = next.at(at);
    const asked = this.words.flatMap((word) => likely.filter(({ index }) => names[index] === word));
    const shown = [...asked, ...likely.filter((each) => !asked.includes(each)).slice(0, this.count)];
    return html`
      ${this.waits()}
      <p class="title">After <span class="read">${at > shownBefore ? '… ' : ''}${words.slice(Math.max(0, at - shownBefore), at + 1).join(isText ? '' : ' ')}</span>, the network expects</p>
      <ol>
        ${shown.map(
          ({ index, probability }) => html`<li part="word" class=${asked.some((each) => each.index === index) ? 'asked' : ''}>
            <bdi>${visible(names[index])}</bdi>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x="0" y="0" width=${100 * probability} height="10"></rect></svg>
            <span class="part">${percent(probability)}</span>
          </li>`,
        )}
      </ol>
    `;
  }

  protected override willUpdate(): void {
    const { model } = this.connection;
    const { tape, words, revision } = model?.state ?? {};
    if (!model || !tape) return this.next.clear();
    if (this.moving) return this.next.suspend();
    this.next.ask([tape, revision], () => nextWords(tape, words!, model.answers));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-predictions': RnnPredictions;
  }
}
