import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { download } from './download';
import { ModelFigure } from './model_figure';
import type { RnnModel } from './rnn-model';
import { decimal } from './signed_number';
import { settingFields, type LearningSettings } from './trainer_settings';
import { trainerPhrases, type TrainerPhrases } from './trainer_phrases';
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
export class RnnTrainer extends ModelFigure<TrainerPhrases> {
  static override styles = [ModelFigure.styles, trainerStyles];

  /** Shows no fields: the page sets the task itself. */
  @property({ type: Boolean }) plain = false;

  protected override readonly phrases = trainerPhrases;

  @state() private spoken = '';
  @state() private notSaved = '';

  private speech: ReturnType<typeof setTimeout> | undefined;
  private spokenStatus = '';

  override render(): TemplateResult {
    const { model, problem } = this.connection;
    if (!model) return this.notice(problem ? this.say('sentence', { text: problem }) : this.say('noModel'));
    return html`
      ${this.plain ? nothing : settingFields(model, (settings) => this.take(model, settings), this.say)} ${this.buttons(model)} ${this.progress(model)} ${this.numbers(model)}
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
      this.spoken = this.say('sentence', { text: spokenState(model.training) });
    }
    if (status !== 'running') return;
    this.speech ??= setTimeout(() => {
      this.speech = undefined;
      if (this.connection.model?.training.status === 'running') this.spoken = this.say('sentence', { text: spokenState(this.connection.model.training) });
    }, SPEECH_PAUSE);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.speech);
    this.speech = undefined;
  }

  private buttons(model: RnnModel): TemplateResult {
    const { say } = this;
    const { status, updates } = model.training;
    const running = status === 'running' || status === 'starting';
    const obstacle = say('sentence', { text: model.trainingObstacle });
    const { updates: most } = model;
    const done = most > 0 && updates >= most ? say('allDone', { updates: most }) : '';
    const diverged = status === 'diverged' ? say('diverged') : '';
    return html`<div class="run" role="group" aria-label=${say('training')}>
      ${running
        ? this.button(say('pause'), () => model.pause(), '', 'primary')
        : this.button(say('train'), () => model.train(), obstacle || diverged || done, 'primary')}
      ${this.button(say('step'), () => model.step(), running ? say('pauseFirst') : obstacle || diverged, '', say('stepMeans'))}
      ${this.button(say('reset'), () => model.reset(), status === 'idle' ? say('nothingTrained') : '', '', say('resetMeans'))}
      ${this.button(say('save'), () => this.save(model), model.state.model ? '' : say('noNetwork'), '', say('saveMeans'))}
      ${diverged ? this.button(say('goBack'), () => model.restoreLastGood(), '') : nothing}
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
    return html`<progress aria-label=${this.say('updatesDone')} max=${updates} .value=${Math.min(training.updates, updates)}></progress>`;
  }

  private numbers(model: RnnModel): TemplateResult {
    const { say } = this;
    const { training, seeds, lesson } = model;
    const { updates, tallies, tokensPerSecond } = training;
    const recent = recentOf(tallies);
    const named = (name: string) => (seeds > 1 ? say('meanOf', { name, seeds }) : name);
    const term = (name: string, value: string, title: string) => html`<div title=${title}><dt>${name}</dt><dd>${value}</dd></div>`;
    const chance = lesson ? say('sentence', { text: chanceOf(lesson.task) }) : '';
    return html`<dl class="numbers" part="numbers">
      ${term(say('update'), model.updates > 0 ? say('ofMost', { updates, most: model.updates }) : String(updates), say('updateMeans'))}
      ${term(named(say('loss')), recent ? decimal(recent.loss) : '–', say('lossMeans', { chance }))}
      ${recent && recent.accuracy === undefined ? nothing : term(named(say('right')), recent ? percent(recent.accuracy!) : '–', say('rightMeans', { chance }))}
      ${term(named(say('gradient')), recent ? decimal(recent.gradientNorm) : '–', say('gradientMeans'))}
      ${term(say('speed'), tokensPerSecond === undefined ? '–' : rate(tokensPerSecond), say('speedMeans'))}
    </dl>`;
  }

  private said({ training, state: run, trainingObstacle, lesson }: RnnModel): TemplateResult {
    const { status, message } = training;
    const failed = status === 'error' || status === 'diverged';
    const told = (text: string) => this.say('sentence', { text });
    const wrong = told(failed ? message : trainingObstacle) || this.notSaved;
    const reads = told(lesson ? readingNote(run) : '');
    return html`
      ${wrong ? html`<p class="said bad">${wrong}</p>` : message ? html`<p class="said">${told(message)}</p>` : nothing}
      ${reads ? html`<p class="said">${reads}</p>` : nothing}
    `;
  }

  private async save(model: RnnModel): Promise<void> {
    this.notSaved = '';
    try {
      const { name, bytes } = await model.saveFile();
      download(bytes, name);
    } catch (error) {
      this.notSaved = this.say('notSaved', { reason: this.say('sentence', { text: (error as Error).message }) });
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
