import { css, html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { ModelFigure } from './model_figure';
import { transportPhrases, type TransportPhrases } from './transport_phrases';

/** Words a second that can be chosen. */
const SPEEDS = [0.5, 1, 2, 4, 8];

/**
 * The step slider that all figures of a model share: play, pause, one step back or forward, first, last.
 *
 * Arrow keys, Home and End move the step and the space bar plays or pauses, wherever the focus is inside. Playing
 * moves the cursor and nothing else, so with reduced motion it still steps; the figures then jump instead of glide.
 *
 * @csspart slider - The range input.
 * @csspart button - Each button.
 * @cssproperty [--rnn-accent] - Colour of the slider and of the focus ring.
 */
export class RnnTransport extends ModelFigure<TransportPhrases> {
  static override styles = [ModelFigure.styles, css`
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.25rem 0.75rem;
      min-block-size: 2.75rem;
      font: inherit;
    }
    :host([hidden]) {
      display: none;
    }
    .buttons {
      display: flex;
      flex: none;
    }
    button {
      display: grid;
      place-items: center;
      inline-size: 2.25rem;
      block-size: 2.25rem;
      padding: 0;
      border: 0;
      border-radius: 0.4rem;
      background: none;
      color: inherit;
      cursor: pointer;
    }
    button.play {
      background: var(--accent);
      color: light-dark(#fff, #10141b);
    }
    button:hover:not(.play, [aria-disabled='true']) {
      background: color-mix(in srgb, currentColor 12%, transparent);
    }
    button:disabled,
    button[aria-disabled='true'] {
      opacity: 0.4;
      cursor: default;
    }
    svg {
      inline-size: 1.1rem;
      block-size: 1.1rem;
      fill: currentColor;
    }
    .track {
      flex: 1 1 8rem;
      min-inline-size: 4rem;
      display: flex;
      align-items: center;
    }
    input {
      inline-size: 100%;
      block-size: 2.25rem;
      margin: 0;
      accent-color: var(--accent);
      cursor: pointer;
    }
    .where {
      flex: none;
      inline-size: 9.5rem;
      line-height: 1.2;
      font-variant-numeric: tabular-nums;
    }
    .word {
      display: block;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      font-weight: 600;
    }
    .count {
      font-size: 0.8em;
      opacity: 0.8;
    }
    label {
      display: flex;
      align-items: center;
      gap: 0.4rem;
      font-size: 0.85em;
      white-space: nowrap;
    }
    select {
      font: inherit;
      color: inherit;
      background: transparent;
      border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
      border-radius: 0.4rem;
      min-block-size: 2rem;
    }
    option {
      color: CanvasText;
      background: Canvas;
    }
    @media (pointer: coarse) {
      button {
        inline-size: 2.75rem;
        block-size: 2.75rem;
      }
      input,
      select {
        min-block-size: 2.75rem;
      }
    }
    @media (max-width: 48rem) {
      .track {
        order: -2;
        flex-basis: 55%;
      }
      .where {
        order: -1;
        flex: 1 1 6rem;
        inline-size: 6rem;
      }
      .buttons {
        flex: 1 1 auto;
      }
    }
    /* The slider's own ends go first and last; the room is the speed's. */
    @media (max-width: 30rem) {
      button.far,
      label span {
        display: none;
      }
    }
  `];

  /** Words a second while playing. */
  @property({ type: Number }) speed = 2;

  /** Whether it is playing. */
  @state() private playing = false;

  protected override readonly phrases = transportPhrases;

  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Starts at the chosen step, or at the first one when the last was reached. Does nothing without words. */
  play(): void {
    const { steps, step } = this;
    if (this.playing || steps < 2) return;
    if (step >= steps - 1) this.move(0);
    this.playing = true;
    this.await();
  }

  /** Stops where it is. */
  pause(): void {
    this.playing = false;
    clearTimeout(this.timer);
  }

  override render(): TemplateResult {
    const { words, steps, step, say } = this;
    const at = steps ? say('place', { step: step + 1, steps }) : say('noWords');
    return html`
      <div class="buttons" role="group" aria-label=${say('playback')} @keydown=${this.moveByKey}>
        ${this.button(say('firstStep'), 'M3 2h2v12H3zM14 2v12L6 8z', () => this.move(0), step <= 0, 'far')}
        ${this.button(say('stepBack'), 'M11 3 6 8l5 5-1.5 1.5L3 8l6.5-6.5z', () => this.move(step - 1), step <= 0)}
        <button part="button" class="play" type="button" aria-label=${say(this.playing ? 'pause' : 'play')} ?disabled=${steps < 2} @click=${this.toggle}>
          ${icon(this.playing ? 'M3 2h4v12H3zM9 2h4v12H9z' : 'M4 2v12l9-6z')}
        </button>
        ${this.button(say('stepForward'), 'M5 3l5 5-5 5 1.5 1.5L13 8 6.5 1.5z', () => this.move(step + 1), step >= steps - 1)}
        ${this.button(say('lastStep'), 'M11 2h2v12h-2zM2 2v12l8-6z', () => this.move(steps - 1), step >= steps - 1, 'far')}
      </div>
      <div class="track">
        <input
          part="slider"
          type="range"
          min="1"
          max=${Math.max(steps, 1)}
          step="1"
          aria-label=${say('step')}
          aria-valuetext=${steps ? say('wordAt', { word: words[step], place: at }) : at}
          .value=${String(step + 1)}
          ?disabled=${steps === 0}
          @input=${this.slide}
          @keydown=${this.toggleBySpace}
        />
      </div>
      <div class="where" aria-hidden="true">
        <bdi class="word">${words[step] ?? nothing}</bdi>
        <span class="count">${at}</span>
      </div>
      <label>
        <span>${say('speed')}</span>
        <select aria-label=${say('speed')} @change=${this.changeSpeed}>
          ${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === this.speed}>${say('wordsASecond', { speed })}</option>`)}
        </select>
      </label>
    `;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('speed') && !(this.speed > 0)) this.speed = 2;
    if (this.playing && this.steps < 2) this.pause();
  }

  protected override updated(): void {
    // max is an attribute and value a property: the value may have been cut to the old max.
    const slider = this.renderRoot.querySelector('input');
    if (slider && slider.valueAsNumber !== this.step + 1) slider.value = String(this.step + 1);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.pause();
  }

  private get words(): readonly string[] {
    return this.connection.model?.state.words ?? [];
  }

  private get steps(): number {
    return this.words.length;
  }

  private get step(): number {
    return Math.min(this.connection.model?.cursor.step ?? 0, Math.max(this.steps - 1, 0));
  }

  private move(step: number): void {
    this.connection.model?.moveCursor({ step: Math.max(0, Math.min(step, this.steps - 1)) });
  }

  private await(): void {
    this.timer = setTimeout(() => {
      this.move(this.step + 1);
      if (this.step >= this.steps - 1) this.pause();
      else this.await();
    }, 1000 / this.speed);
  }

  private readonly toggle = (): void => {
    if (this.playing) this.pause();
    else this.play();
  };

  private readonly slide = (event: Event): void => {
    this.pause();
    this.move((event.target as HTMLInputElement).valueAsNumber - 1);
  };

  /** A range input moves by itself on arrows, Home and End; the space bar is ours. */
  private readonly toggleBySpace = (event: KeyboardEvent): void => {
    if (event.key !== ' ') return;
    event.preventDefault();
    this.toggle();
  };

  private readonly moveByKey = (event: KeyboardEvent): void => {
    const backwards = getComputedStyle(this).direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const forwards = backwards === 'ArrowLeft' ? 'ArrowRight' : 'ArrowLeft';
    if (event.key === backwards) this.move(this.step - 1);
    else if (event.key === forwards) this.move(this.step + 1);
    else if (event.key === 'Home') this.move(0);
    else if (event.key === 'End') this.move(this.steps - 1);
    else return;
    event.preventDefault();
    this.pause();
  };

  private readonly changeSpeed = (event: Event): void => {
    this.speed = Number((event.target as HTMLSelectElement).value);
  };

  private button(label: string, path: string, act: () => void, disabled: boolean, kind = ''): TemplateResult {
    const press = () => {
      this.pause();
      act();
    };
    // aria-disabled keeps the focus where it is when the last step is reached.
    return html`<button part="button" class=${kind} type="button" aria-label=${label} title=${label} aria-disabled=${disabled} @click=${press}>${icon(path)}</button>`;
  }
}

function icon(path: string): TemplateResult {
  return html`<svg viewBox="0 0 16 16" aria-hidden="true">${svg`<path d=${path}></path>`}</svg>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-transport': RnnTransport;
  }
}
