import { html, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { Model } from '../engine';
import { hidesElement, numberAttribute, unitsAsHidden } from './attributes';
import type { FeltBy } from './felt_by';
import { clipWords } from './flow_clip';
import { flowControls, controlStyles } from './flow_controls';
import { experimentFlow, sentenceFlow, type FlowPicture } from './flow_measurement';
import { distanceAt, plotCursor, plotLayout, plotPicture, plotStyles, swatch, type PlotCurve, type PlotLayout } from './flow_plot';
import { flowPhrases, type FlowPhrases } from './flow_phrases';
import { checkClip, checkFlowSettings, LONGEST_DISTANCE, type FlowCell, type FlowSettings } from './flow_settings';
import { flowStyles } from './flow_styles';
import { curvesOf, float32Words, gradientName, provenance, readingAt, verdict } from './flow_words';
import { ofLog10 } from './log_axis';
import { ModelFigure } from './model_figure';
import { sharedEngine, type DeviceChoice } from './shared_engine';
import { StagedAnswer } from './staged_answer';
import { textScale } from './text_scale';

/** The reader set up another experiment. */
export class ExperimentChangeEvent extends Event {
  readonly settings: Partial<FlowSettings>;

  constructor({ settings }: { settings: Partial<FlowSettings> }) {
    super('experiment-change', { bubbles: true, composed: true });
    this.settings = settings;
  }
}

/** The reader chose another length to clip the gradient to; 0 for none. */
export class ClipChangeEvent extends Event {
  readonly clip: number;

  constructor({ clip }: { clip: number }) {
    super('clip-change', { bubbles: true, composed: true });
    this.clip = clip;
  }
}

/** The reader moved the cursor to another distance. */
export class DistanceChangeEvent extends Event {
  readonly distance: number;

  constructor({ distance }: { distance: number }) {
    super('distance-change', { bubbles: true, composed: true });
    this.distance = distance;
  }
}

/**
 * The gradient against the distance, on a logarithmic axis: how much a change of the state k steps ago changes the state
 * now. Standing alone it is an experiment with a network that has not been trained: a recurrent matrix of chosen gain,
 * driven by noise. With `for` it follows the sentence of an `<rnn-model>`, back from the last word: by the states of a layer
 * that has a cell, or by the words themselves, which measures attention, Mamba and stacks on the same scale.
 *
 * Drawn are the root mean square of the singular values, the largest and the smallest of them and, for a cell without
 * gates, ρ(U)ᵏ and the bound from σ_max(U) and the largest slope; for a cell with gates, what its keep gate alone leaves.
 * With `clip`, also what clipping by norm would make of the gradient at each distance.
 *
 * @fires {ExperimentChangeEvent} experiment-change - The reader set up another experiment with the controls.
 * @fires {ClipChangeEvent} clip-change - The reader switched clipping on or off, or chose another threshold.
 * @fires {DistanceChangeEvent} distance-change - The pointer or a key moved the cursor to another distance.
 * @csspart controls - Sliders and choices.
 * @csspart plot - The curves; takes the focus and the arrow keys.
 * @csspart readings - The curves' names and their values under the cursor.
 * @csspart notice - The words that stand where there is nothing to draw.
 * @cssproperty [--rnn-accent] - Colour of the measured curves.
 */
export class RnnGradientFlow extends ModelFigure<FlowPhrases> {
  static override styles = [ModelFigure.styles, plotStyles, controlStyles, flowStyles];

  /** Of the experiment: `rnn`, `rnn_linear` (no tanh), `lstm` or `gru`. */
  @property() cell: FlowCell = 'rnn';

  /** How U is drawn: `orthogonal`, or `gaussian` with entries of standard deviation 1/√H. */
  @property() matrix: FlowSettings['matrix'] = 'orthogonal';

  /** What U is multiplied by. */
  @property({ converter: numberAttribute(1) }) gain = 1;

  /** Standard deviation of the noise on every pre-activation; with 0 the network gets one push and is then left alone. */
  @property({ converter: numberAttribute(1) }) drive = 1;

  /** Bias of the gate that keeps the old state, for `lstm` and `gru`. */
  @property({ converter: numberAttribute(1) }) bias = 1;

  /** How many units; the attribute is `hidden`. */
  @property({ attribute: 'hidden', converter: numberAttribute(64) }) units = 64;

  /** Fixes U and the noise. */
  @property({ converter: numberAttribute(1) }) seed = 1;

  /**
   * Of a model's sentence, what the gradient is by: `state`, the last layer's own after each step, or `input`, what the
   * network read there, through all layers, on one scale for layers of every kind. `state` unless given, where the last layer
   * has a cell.
   */
  @property() by: FeltBy | '' = '';

  /** The longest distance shown, to 200. */
  @property({ converter: numberAttribute(100) }) distance = 100;

  /** The distance under the cursor. */
  @property({ converter: numberAttribute(30) }) at = 30;

  /** Clips the gradient to this length, drawn beside what is measured; with 0 nothing is clipped. */
  @property({ converter: numberAttribute(0) }) clip = 0;

  /** Whether to show sliders and choices. */
  @property({ type: Boolean }) controls = false;

  /** What computes the states: `auto` (the GPU where there is one), `gpu` or `cpu`. */
  @property() device: DeviceChoice = 'auto';

  protected override readonly phrases = flowPhrases;

  /** What it says under the curves names the device. */
  protected override get tellsAnyhow(): boolean {
    return true;
  }

  @state() private width = 0;
  @state() private hovered: number | undefined;
  @state() private tableOpen = false;
  @query('[role=slider]') private surface!: HTMLElement | null;

  private readonly flow = new StagedAnswer<FlowPicture>(this);
  private measured: Model | undefined;
  // In the next frame: a picture that grows while sizes are being told of is a loop to the browser.
  private readonly sizes = new ResizeObserver(([{ contentRect }]) => requestAnimationFrame(() => (this.width = Math.round(contentRect.width))));
  private observed: HTMLElement | null = null;
  private drawn: { readonly picture: FlowPicture; readonly width: number; readonly clip: number; readonly labels: object; readonly curves: readonly PlotCurve[]; readonly layout: PlotLayout } | undefined;

  override render(): TemplateResult {
    const controls = this.controls && !this.follows ? flowControls(this.settings, (settings) => this.take(settings), this.clip, (clip) => this.takeClip(clip), this.say) : nothing;
    const obstacle = this.follows ? (this.obstacle ?? this.tooShort ?? this.flow.failure ?? this.badClip) : (this.flow.failure ?? this.badClip ?? (isNaN(Number(this.at)) ? this.say('notWhole', { at: String(this.at) }) : undefined));
    const picture = this.flow.value;
    return html`${controls} ${this.waits()} ${obstacle ? this.notice(obstacle) : picture ? this.figure(picture) : html`<p class="waiting">${this.instead(this.say('measuring'), 'loading')}</p>`}`;
  }

  override attributeChangedCallback(name: string, old: string | null, text: string | null): void {
    if (!hidesElement(name, text)) super.attributeChangedCallback(name, old, text);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.observed = null;
  }

  protected override willUpdate(): void {
    if (this.follows) this.forgetOthers();
    if (this.follows) return this.askAboutSentence();
    const { settings, device } = this;
    this.flow.ask([...Object.values(settings), device], (abort, progress) => experimentFlow(settings, () => sharedEngine(device), { abort, progress }));
  }

  protected override updated(): void {
    if (this.surface === this.observed) return;
    this.sizes.disconnect();
    this.observed = this.surface;
    if (this.surface) this.sizes.observe(this.surface);
  }

  /** The experiment as it is set up. */
  get settings(): FlowSettings {
    const { cell, matrix, gain, drive, bias, units, seed, distance } = this;
    return { cell, matrix, gain, drive, bias, units, seed, distance };
  }

  /** Whether it shows a model's sentence and not an experiment. */
  private get follows(): boolean {
    return this.for !== '' || this.model !== undefined;
  }

  private get tooShort(): string | undefined {
    const { words = [] } = this.connection.model?.state ?? {};
    return words.length < 2 ? this.say('tooShort') : undefined;
  }

  private get badClip(): string | undefined {
    try {
      checkClip(this.clip);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Far from the screen nothing is measured, but neither does another network's curve stand there. */
  private forgetOthers(): void {
    const model = this.connection.model?.state.model;
    if (model === this.measured) return;
    this.measured = model;
    if (!this.screen.isNear) this.flow.clear();
  }

  private askAboutSentence(): void {
    const current = this.connection.model?.state;
    if (!current?.tape || current.words.length < 2) return this.flow.clear();
    if (this.moving) return this.flow.suspend();
    const { tape, words, revision } = current;
    const { by } = this;
    this.flow.ask([tape, revision, by], (abort, progress) => sentenceFlow(tape, words, by, LONGEST_DISTANCE, { abort, progress }));
  }

  /** The distance that is read off: under the pointer, else under the cursor. */
  private reach({ back, of }: FlowPicture): number {
    const { model } = this.connection;
    const chosen = 'words' in of && model ? of.words.length - 1 - model.cursor.step : Math.round(Number(this.at));
    return Math.min(back, Math.max(0, this.hovered ?? chosen));
  }

  private figure(picture: FlowPicture): TemplateResult {
    const { curves, layout } = this.layout(picture);
    const k = this.reach(picture);
    const words = 'words' in picture.of ? picture.of.words : undefined;
    const { say } = this;
    const told = (text: string) => say('sentence', { text });
    const said = told(verdict(picture, k));
    const limits = told(float32Words(picture));
    const clipped = told(this.clip ? clipWords(picture, this.clip, k) : '');
    return html`
      <div class="picture">
        <div>
          <div class="above">
            <span aria-hidden="true">${gradientName(picture)}</span>
            <span class="work">${this.work()}</span>
          </div>
          <div
            part="plot"
            role="slider"
            tabindex="0"
            aria-label=${say(words ? 'distanceFromLast' : 'distance')}
            aria-valuemin="0"
            aria-valuemax=${picture.back}
            aria-valuenow=${k}
            aria-valuetext=${told(readingAt(picture, k, this.clip))}
            @keydown=${this.key}
            @pointermove=${this.point}
            @pointerdown=${this.point}
            @pointerleave=${() => (this.hovered = undefined)}
          >
            <svg class="plot" viewBox="0 0 ${layout.width} ${layout.height}" aria-hidden="true">
              ${guard([layout], () => plotPicture(layout))} ${plotCursor(layout, k)}
            </svg>
          </div>
        </div>
        <ul class="readings" part="readings" aria-label=${say('valuesAt', { k })}>
          <li>
            <b>k = ${k}</b>${words ? html`${this.sayMarked('fromTo', { from: html`<b><bdi>${words[words.length - 1]}</bdi></b>`, to: html`<b><bdi>${words[words.length - 1 - k]}</bdi></b>` })}` : nothing}
          </li>
          ${curves.map(
            ({ kind, label, values }) => html`<li>
              <svg class="swatch" viewBox="0 0 28 12" aria-hidden="true">${swatch(kind)}</svg>
              <span>${label}</span><b>${ofLog10(values[k])}</b>
            </li>`,
          )}
        </ul>
      </div>
      <div class="words">
        ${said ? html`<p>${said}</p>` : nothing}
        ${limits ? html`<p>${limits}</p>` : nothing}
        ${clipped ? html`<p>${clipped}</p>` : nothing}
        <p class="fine">${told(provenance(picture))}</p>
      </div>
      ${this.table(picture, curves)}
    `;
  }

  private layout(picture: FlowPicture): NonNullable<RnnGradientFlow['drawn']> {
    const width = Math.max(200, (this.width || 560) / textScale());
    const { clip, labels } = this;
    if (this.drawn?.picture !== picture || this.drawn.width !== width || this.drawn.clip !== clip || this.drawn.labels !== labels) {
      const curves = curvesOf(picture, clip).map((curve) => ({ ...curve, label: this.say('sentence', { text: curve.label }) }));
      const words = 'words' in picture.of ? picture.of.words.toReversed() : undefined;
      const height = Math.round(Math.min(400, Math.max(280, width * 0.62)));
      this.drawn = { picture, width, clip, labels, curves, layout: plotLayout({ curves, back: picture.back, words, width, height }) };
    }
    return this.drawn;
  }

  private work(): TemplateResult {
    const { progress, stopped } = this.flow;
    if (progress !== undefined) {
      return html`<progress aria-label=${this.say('measurement')} max="1" .value=${progress}></progress><button type="button" @click=${() => this.flow.stop()}>${this.say('stop')}</button>`;
    }
    return html`${stopped ? this.say('stopped') : nothing}`;
  }

  private table({ back }: FlowPicture, curves: readonly PlotCurve[]): TemplateResult {
    return html`<details @toggle=${(event: Event) => (this.tableOpen = (event.target as HTMLDetailsElement).open)}>
      <summary>${this.say('table')}</summary>
      ${this.tableOpen
        ? html`<div class="scroll" tabindex="0" role="region" aria-label=${this.say('table')}>
            <table>
              <thead>
                <tr>
                  <th scope="col">k</th>
                  ${curves.map(({ label }) => html`<th scope="col">${label}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${Array.from(
                  { length: back + 1 },
                  (_, k) => html`<tr>
                    <th scope="row">${k}</th>
                    ${curves.map(({ values }) => html`<td>${ofLog10(values[k])}</td>`)}
                  </tr>`,
                )}
              </tbody>
            </table>
          </div>`
        : nothing}
    </details>`;
  }

  private take(settings: Partial<FlowSettings>): void {
    checkFlowSettings({ ...this.settings, ...settings });
    Object.assign(this, settings);
    this.dispatchEvent(new ExperimentChangeEvent({ settings }));
  }

  private takeClip(clip: number): void {
    this.clip = clip;
    this.dispatchEvent(new ClipChangeEvent({ clip }));
  }

  private readonly key = (event: KeyboardEvent): void => {
    const picture = this.flow.value;
    if (!picture || event.altKey || event.ctrlKey || event.metaKey) return;
    this.hovered = undefined;
    const k = this.reach(picture);
    const target = ({ ArrowRight: k + 1, ArrowUp: k + 1, ArrowLeft: k - 1, ArrowDown: k - 1, PageUp: k + 10, PageDown: k - 10, Home: 0, End: picture.back } as Record<string, number>)[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.moveTo(target);
  };

  private readonly point = ({ type, buttons, offsetX, target, currentTarget, clientX }: PointerEvent): void => {
    const { drawn } = this;
    if (!drawn) return;
    const x = target === currentTarget ? offsetX : clientX - (currentTarget as Element).getBoundingClientRect().left;
    const k = distanceAt(drawn.layout, x / textScale());
    this.hovered = k;
    if (type === 'pointerdown' || buttons & 1) this.moveTo(k);
  };

  private moveTo(distance: number): void {
    const picture = this.flow.value!;
    const k = Math.min(picture.back, Math.max(0, distance));
    const { model } = this.connection;
    if ('words' in picture.of && model) {
      model.moveCursor({ step: picture.of.words.length - 1 - k });
      return this.requestUpdate();
    }
    if (k === this.at) return;
    this.at = k;
    this.dispatchEvent(new DistanceChangeEvent({ distance: k }));
  }
}

unitsAsHidden(RnnGradientFlow);

declare global {
  interface HTMLElementTagNameMap {
    'rnn-gradient-flow': RnnGradientFlow;
  }
  interface HTMLElementEventMap {
    'experiment-change': ExperimentChangeEvent;
    'clip-change': ClipChangeEvent;
    'distance-change': DistanceChangeEvent;
  }
}
