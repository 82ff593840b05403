import { css, html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { optionalNumberAttribute } from './attributes';
import { choiceStyles, layerChoice } from './choice_row';
import { Latest } from './latest';
import { ofLog10 } from './log_axis';
import { ModelFigure } from './model_figure';
import { numbersStyles, numbersTable } from './numbers_table';
import { snapOutward } from './range';
import { Room } from './room';
import { keptLog10, scanSteps, type ScanSteps } from './scan_steps';
import { decimal } from './signed_number';
import { barsHeight, barsPicture, barsStyles, headerHeight } from './step_bars';
import { moveStepByKey } from './step_keys';
import { textScale } from './text_scale';
import { axisWithin, timeAxis, type TimeAxis } from './time_axis';
import { readingNote } from './training_words';

/** The reader chose another channel. */
export class ChannelChangeEvent extends Event {
  readonly channel: number;

  constructor({ channel }: { channel: number }) {
    super('channel-change', { bubbles: true, composed: true });
    this.channel = channel;
  }
}

/** As the lanes have it. */
const FONT = '13px system-ui, sans-serif';

/**
 * What a Mamba layer of an `<rnn-model>` does at every word: how far a channel steps (Δ) as bars, and as lanes what it keeps
 * of each number of its state, exp(Δ·A), the state itself, and what is left at the chosen word of what it held after every
 * word before. A small step keeps the state and lets nothing in; a large one replaces it.
 *
 * @fires {ChannelChangeEvent} channel-change - The reader chose another channel.
 * @csspart choice - The choice of a layer and a channel.
 * @csspart bars - Δ at every word.
 * @csspart lane - Each lane.
 * @csspart kept - What is left, in words.
 * @csspart numbers - The step sizes as a table.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the bars.
 */
export class RnnScan extends ModelFigure {
  static override styles = [
    ModelFigure.styles,
    choiceStyles,
    numbersStyles,
    barsStyles,
    css`
      :host {
        --place: 42.75rem;
        font: 0.875rem/1.45 system-ui, sans-serif;
      }
      .title {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1.5rem;
        margin: 0 0 0.25rem;
      }
      .sample {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--quiet);
      }
      .track {
        overflow-x: auto;
        direction: ltr; /* time runs left to right */
      }
      rnn-heatmap {
        display: block;
        direction: ltr; /* as the bars */
        margin-block-start: 0.75rem;
        --rnn-max-height: 11rem;
      }
      .kept {
        margin: 0.75rem 0 0;
      }
      .kept bdi {
        font-style: italic;
      }
      @media (max-width: 63.99rem) {
        :host {
          --place: 44.5rem;
        }
      }
      @media (max-width: 30rem) {
        :host {
          --place: 58.5rem;
        }
      }
    `,
  ];

  /** The layer, from 0; the last that has a scan unless given. */
  @property({ converter: optionalNumberAttribute }) layer: number | undefined;

  /** The channel, from 0. */
  @property({ type: Number }) channel = 0;

  private readonly steps = new Latest<ScanSteps>(this);
  private readonly room = new Room(this);

  override render(): TemplateResult {
    const obstacle = this.obstacle ?? this.steps.failure;
    if (obstacle) return this.notice(obstacle);
    const steps = this.steps.value;
    if (!steps) return this.moving ? html`${this.waits()}` : this.awaited();
    const model = this.connection.model!;
    const { words } = steps;
    const channel = Math.max(0, Math.min(Math.trunc(this.channel) || 0, steps.channels - 1));
    const now = Math.min(model.cursor.step, words.length - 1);
    const note = model.lesson ? readingNote(model.state) : '';
    return html`
      ${this.waits()} ${note ? html`<p>${note}</p>` : nothing} ${this.choices(steps, channel)}
      ${this.room.width > 0 ? this.bars(steps, channel, now) : nothing}
      ${guard([model, steps.layer, channel], () => [
        this.lane('decay', steps, channel, 'exp(Δ·A): what a word keeps of each number of the state'),
        this.lane('h', steps, channel, 'h: the state, number by number'),
      ])}
      ${guard([steps, channel, now], () => this.keptLane(steps, channel, now))}
      <p part="kept" class="kept" role="status">${inWords(steps, channel, now)}</p>
      ${table(steps, channel)}
    `;
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { tape, words, revision } = this.connection.model?.state ?? {};
    if (!tape) return this.steps.clear();
    if (this.moving) return this.steps.suspend();
    const { layer } = this;
    this.steps.ask([tape, revision, layer], () => scanSteps(tape, words!, layer));
  }

  private choices({ layers, layer, channels }: ScanSteps, channel: number): TemplateResult {
    return html`<div class="choices" part="choice">
      ${layerChoice(layers, layer, (each) => (this.layer = each))}
      <label>Channel <input type="number" min="1" max=${channels} step="1" inputmode="numeric" .value=${String(channel + 1)} @change=${this.choose} /> of ${channels}</label>
    </div>`;
  }

  private bars(steps: ScanSteps, channel: number, now: number): TemplateResult {
    const { words } = steps;
    const scale = textScale();
    const own = this.axis(steps);
    const axis = axisWithin(own, scale);
    const header = axis.worded ? headerHeight(words, axis.pitch, FONT) : { height: 0, slanted: false };
    const values = words.map((_, t) => steps.delta(t, channel));
    const marks = words.map((_, t) => steps.meanDelta(t));
    const limit = snapOutward(Math.max(...values, ...marks));
    return html`
      <p class="title">
        <span>Δ: how far channel ${channel + 1} steps at each word</span>
        <span class="sample"><svg width="22" height="10" viewBox="0 0 22 10" aria-hidden="true">${svg`<path class="mark" d="M1 5H21" stroke="currentColor" stroke-width="2"></path>`}</svg>the mean of all channels</span>
      </p>
      <div class="track">
        <svg
          part="bars"
          class="bars"
          width=${own.width}
          height=${barsHeight(header.height) * scale}
          viewBox="0 0 ${axis.width} ${barsHeight(header.height)}"
          role="slider"
          tabindex="0"
          aria-label="Δ by word"
          aria-valuemin="1"
          aria-valuemax=${words.length}
          aria-valuenow=${now + 1}
          aria-valuetext=${`${words[now]}, word ${now + 1} of ${words.length}: Δ ${decimal(values[now])}, mean of all channels ${decimal(marks[now])}`}
          @keydown=${this.moveByKey}
          @click=${(event: MouseEvent) => this.pick(event, own)}
        >
          ${guard([steps, channel, now, axis.pitch, axis.width], () => barsPicture({ words, values, marks, limit, format: (value) => (value === 0 ? '0' : String(value)) }, axis, header, now))}
        </svg>
      </div>
    `;
  }

  /** The lanes' own, so that bars and columns stand above one another. */
  private axis({ words, states }: ScanSteps): TimeAxis {
    return timeAxis(this.renderRoot.querySelector('rnn-heatmap'), states, words, this.room.width, 'number');
  }

  private lane(signal: string, { layer }: ScanSteps, channel: number, label: string): TemplateResult {
    return html`<rnn-heatmap part="lane" lane="next" .model=${this.connection.model} .signal=${signal} .layer=${layer} .group=${channel} .label=${label}></rnn-heatmap>`;
  }

  private keptLane(steps: ScanSteps, channel: number, now: number): TemplateResult {
    const { words, states } = steps;
    const left = (n: number, t: number) => (t > now ? 0 : 10 ** keptLog10(steps, channel, n, t, now));
    return html`<rnn-heatmap
      part="lane"
      lane="next"
      min="0"
      max="1"
      row-noun="number"
      column-noun="step"
      .label=${`∏ exp(Δ·A): what is left after ‘${words[now]}’ of the state after each word`}
      .model=${this.connection.model}
      .values=${Float64Array.from({ length: states * words.length }, (_, i) => left(Math.floor(i / words.length), i % words.length))}
      .rows=${states}
      .columnLabels=${words}
    ></rnn-heatmap>`;
  }

  private readonly choose = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const channel = field.valueAsNumber - 1;
    const most = this.steps.value?.channels ?? 1;
    if (!Number.isInteger(channel) || channel < 0 || channel >= most) {
      field.value = String(this.channel + 1);
      return;
    }
    this.channel = channel;
    this.dispatchEvent(new ChannelChangeEvent({ channel }));
  };

  private pick(event: MouseEvent, { left, pitch }: TimeAxis): void {
    const { left: start } = (event.currentTarget as Element).getBoundingClientRect();
    const step = Math.floor((event.clientX - start - left) / pitch);
    if (step >= 0) this.connection.model?.moveCursor({ step });
  }

  private readonly moveByKey = (event: KeyboardEvent): void => moveStepByKey(event, this.connection.model);
}

function inWords(steps: ScanSteps, channel: number, now: number): TemplateResult {
  const { words, states, decay } = steps;
  if (now === 0) return html`At the first word there is nothing old to keep. Choose a later one.`;
  const ends = [0, states - 1].map((n) => keptLog10(steps, channel, n, 0, now));
  const [slow, fast] = [Math.max(...ends), Math.min(...ends)];
  const kept = Array.from({ length: states }, (_, n) => decay(now, channel, n));
  return html`Of what channel ${channel + 1} held after <bdi>${words[0]}</bdi>, <b>${ofLog10(slow)}</b> is left after <bdi>${words[now]}</bdi> in its slowest number${states > 1 ? html` and <b>${ofLog10(fast)}</b> in its fastest` : nothing}.
    <bdi>${words[now]}</bdi> itself, with Δ = ${decimal(steps.delta(now, channel))}, kept ${decimal(Math.max(...kept))}${states > 1 ? html` to ${decimal(Math.min(...kept))}` : nothing} of it.`;
}

function table({ words, delta, meanDelta }: ScanSteps, channel: number): TemplateResult {
  return numbersTable({
    summary: 'The step sizes as a table',
    label: 'Step sizes by word',
    head: ['Word', `Δ of channel ${channel + 1}`, 'Mean of all'],
    rows: words.map((word, t) => ({ head: html`<bdi>${word}</bdi>`, cells: [decimal(delta(t, channel), 4), decimal(meanDelta(t), 4)] })),
  });
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-scan': RnnScan;
  }
  interface GlobalEventHandlersEventMap {
    'channel-change': ChannelChangeEvent;
  }
}
