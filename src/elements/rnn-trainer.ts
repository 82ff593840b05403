import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { download } from './download';
import { ModelFigure } from './model_figure';
import type { RnnModel } from './rnn-model';
import { decimal } from './signed_number';
import { settingFields, type LearningSettings } from './trainer_settings';
import { trainerStyles } from './trainer_styles';
import { chanceOf, percent, rate, readingNote, recentOf, spokenState } from './training_words';

/** The reader chose another task, or another way to learn it. */
export class LearningChangeEvent extends Event {
  readonly settings: LearningSettings;

  constructor({ settings }: { settings: LearningSettings }) {
    super('learning-change', { bubbles: true, composed: true });
    this.settings = settings;
  }
}

/** A screen reader hears how training stands at most so often, in milliseconds, while it runs. */
const SPEECH_PAUSE = 5000;

/**
 * The controls of an `<rnn-model>` that learns: its task and how it is learned, Train and Pause, a single step, reset,
 * saving to a file, and the numbers of the last updates. What cannot be done now is disabled and says why.
 *
 * @fires {LearningChangeEvent} learning-change - The reader chose another task, or another way to learn it.
 * @csspart settings - The fields.
 * @csspart button - Each button.
 * @csspart numbers - Update, loss, accuracy, length of the gradient, speed.
 * @csspart notice - The words that stand where there is nothing to train.
 * @cssproperty [--rnn-accent] - Colour of the button that trains.
 */
export class RnnTrainer extends ModelFigure {
  static override styles = [ModelFigure.styles, trainerStyles];

  /** Shows no fields: the page sets the task itself. */
  @property({ type: Boolean }) plain = false;

  @state() private spoken = '';
  @state() private notSaved = '';

  private speech: ReturnType<typeof setTimeout> | undefined;
  private spokenStatus = '';

  override render(): TemplateResult {
    const { model, problem } = this.connection;
    if (!model) return this.notice(problem || 'There is no model to train: give for="id" of an <rnn-model>.');
    return html`
      ${this.plain ? nothing : settingFields(model, (settings) => this.take(model, settings))} ${this.buttons(model)} ${this.progress(model)} ${this.numbers(model)}
      ${this.said(model)}
      <div class="spoken" role="status">${this.spoken}</div>
    `;
  }

  protected override willUpdate(): void {
    const { model } = this.connection;
    if (!model) return;
    const { status } = model.training;
    if (status !== this.spokenStatus) {
      this.spokenStatus = status;
      clearTimeout(this.speech);
      this.speech = undefined;
      this.spoken = spokenState(model.training);
    }
    if (status !== 'running') return;
    this.speech ??= setTimeout(() => {
      this.speech = undefined;
      if (this.connection.model?.training.status === 'running') this.spoken = spokenState(this.connection.model.training);
    }, SPEECH_PAUSE);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.speech);
    this.speech = undefined;
  }

  private buttons(model: RnnModel): TemplateResult {
    const { status, updates } = model.training;
    const running = status === 'running' || status === 'starting';
    const obstacle = model.trainingObstacle;
    const { updates: most } = model;
    const done = most > 0 && updates >= most ? `All ${most} updates are done: ask for more, or reset.` : '';
    const diverged = status === 'diverged' ? 'Its numbers are no longer finite: go back to the last good weights, or reset.' : '';
    return html`<div class="run" role="group" aria-label="Training">
      ${running
        ? this.button('Pause', () => model.pause(), '', 'primary')
        : this.button('Train', () => model.train(), obstacle || diverged || done, 'primary')}
      ${this.button('Step', () => model.step(), running ? 'It is training already: pause first.' : obstacle || diverged, '', 'One update')}
      ${this.button('Reset', () => model.reset(), status === 'idle' ? 'Nothing has been trained yet.' : '', '', 'Weights and optimiser back to the start')}
      ${this.button('Save', () => this.save(model), model.state.model ? '' : 'There is no network yet.', '', 'The network and its training as a safetensors file')}
      ${diverged ? this.button('Go back to the last good weights', () => model.restoreLastGood(), '') : nothing}
    </div>`;
  }

  private button(label: string, act: () => Promise<void>, obstacle: string, kind = '', title = ''): TemplateResult {
    // aria-disabled, not disabled: the focus stays, and the reason can be read.
    const press = () => {
      if (!obstacle) void act();
    };
    return html`<button part="button" class=${kind} type="button" aria-disabled=${obstacle ? 'true' : 'false'} title=${obstacle || title || nothing} @click=${press}>${label}</button>`;
  }

  private progress({ training, updates }: RnnModel): TemplateResult | typeof nothing {
    if (updates <= 0) return nothing;
    return html`<progress aria-label="Updates done" max=${updates} .value=${Math.min(training.updates, updates)}></progress>`;
  }

  private numbers(model: RnnModel): TemplateResult {
    const { training, seeds, lesson } = model;
    const { updates, tallies, tokensPerSecond } = training;
    const recent = recentOf(tallies);
    const of = seeds > 1 ? `, mean of ${seeds}` : '';
    const term = (name: string, value: string, title: string) => html`<div title=${title}><dt>${name}</dt><dd>${value}</dd></div>`;
    const chance = lesson ? chanceOf(lesson.task) : '';
    return html`<dl class="numbers" part="numbers">
      ${term('Update', model.updates > 0 ? `${updates} of ${model.updates}` : String(updates), 'How often the weights were changed')}
      ${term(`Loss${of}`, recent ? decimal(recent.loss) : '–', `Mean of the last ten updates, each before it changed anything. ${chance}`)}
      ${recent && recent.accuracy === undefined ? nothing : term(`Right, on fresh sequences${of}`, recent ? percent(recent.accuracy!) : '–', `On the sequences of the last ten updates, which no update had seen before. ${chance}`)}
      ${term(`Gradient’s length${of}`, recent ? decimal(recent.gradientNorm) : '–', 'Before clipping')}
      ${term('Steps read a second', tokensPerSecond === undefined ? '–' : rate(tokensPerSecond), 'Of all sequences and networks together, while it runs')}
    </dl>`;
  }

  private said({ training, state: run, trainingObstacle, lesson }: RnnModel): TemplateResult {
    const { status, message } = training;
    const failed = status === 'error' || status === 'diverged';
    const wrong = failed ? message : trainingObstacle || this.notSaved;
    const reads = lesson ? readingNote(run) : '';
    return html`
      ${wrong ? html`<p class="said bad">${wrong}</p>` : message ? html`<p class="said">${message}</p>` : nothing}
      ${reads ? html`<p class="said">${reads}</p>` : nothing}
    `;
  }

  private async save(model: RnnModel): Promise<void> {
    this.notSaved = '';
    try {
      const { name, bytes } = await model.saveFile();
      download(bytes, name);
    } catch (error) {
      this.notSaved = `It could not be saved: ${(error as Error).message}`;
    }
  }

  private take(model: RnnModel, settings: LearningSettings): void {
    Object.assign(model, settings);
    this.dispatchEvent(new LearningChangeEvent({ settings }));
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rnn-trainer': RnnTrainer;
  }
  interface GlobalEventHandlersEventMap {
    'learning-change': LearningChangeEvent;
  }
}
