/** The fields of a trainer: what is learned, by what, how fast, how far. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { LARGEST_RATE, optimizers, tasks, type Task, type TaskSetting } from '../engine';
import { namedNumbers } from './named_numbers';
import type { RnnModel } from './rnn-model';
import type { TrainerPhrases } from './trainer_phrases';
import type { Say } from './wording';

/** Those properties of a model that the fields set. */
export type LearningSettings = Partial<Pick<RnnModel, 'task' | 'taskSettings' | 'optimizer' | 'lr' | 'clip' | 'batch' | 'updates' | 'until' | 'taskText'>>;

type SayTrainer = Say<TrainerPhrases>;

const ACCURACIES = [0, 0.9, 0.95, 0.98, 0.99, 1];

/** @param take - is given what a field was changed to, whether it makes sense or not: the model says */
export function settingFields(model: RnnModel, take: (settings: LearningSettings) => void, say: SayTrainer): TemplateResult {
  const task = typeof model.task === 'string' ? tasks.find(({ name }) => name === model.task) : model.task;
  const { lr, clip, batch, updates, until, optimizer } = model;
  const titled = (title: string) => say('sentence', { text: title });
  const asksForClasses = !model.lesson || 'classes' in model.lesson.task.output;
  return html`
    <fieldset class="settings" part="settings">
      <legend>${say('settings')}</legend>
      ${choice(say('task'), model.task, [...(model.task ? [] : [['', say('chooseOne')] as const]), ...tasks.map(({ name, title }) => [name, titled(title)] as const), ...(typeof model.task === 'string' ? [] : [[model.task, titled(model.task.title)] as const])], (picked) => take({ task: picked, taskSettings: '', taskText: '' }), 'broad')}
      ${number(say('lr'), lr, { least: 0, most: LARGEST_RATE, step: 'any' }, (value) => take({ lr: value }), lr > 0)}
      ${number(say('updates'), updates, { least: 0, most: 1e6, step: 1 }, (value) => take({ updates: value }))}
    </fieldset>
    ${task ? html`<p class="about">${titled(task.description)} <span>(${titled(task.source)})</span></p>` : nothing}
    <details>
      <summary>${say('moreSettings')}</summary>
      <fieldset class="settings">
      <legend>${say('more')}</legend>
      ${task ? taskFields(model, task, take, say) : nothing}
      ${choice(say('optimizer'), optimizer, optimizers.map(({ name, title }) => [name, titled(title)] as const), (picked) => take({ optimizer: picked }))}
      ${number(say('clip'), clip, { least: 0, most: 1e6, step: 'any' }, (value) => take({ clip: value }))}
      ${number(say('batch'), batch, { least: 1, most: 1024, step: 1 }, (value) => take({ batch: value }))}
      ${asksForClasses
        ? choice(say('until'), until, withGiven(ACCURACIES, until).map((part) => [part, part === 0 ? say('noMatter') : say('ofTheTime', { percent: Math.round(100 * part) })] as const), (picked) => take({ until: picked }))
        : nothing}
      </fieldset>
    </details>
  `;
}

function taskFields(model: RnnModel, task: Task, take: (settings: LearningSettings) => void, say: SayTrainer): TemplateResult {
  const titled = (title: string) => say('sentence', { text: title });
  const given = settingsOf(model, task);
  const change = (name: string, value: number) => take({ taskSettings: written({ ...given, [name]: value }, task) });
  return html`${task.settings.map((setting) => {
    const { name, title, least, most } = setting;
    const value = given[name];
    if (isChoice(setting)) return choice(titled(title), value, Object.entries(setting.names!).map(([key, text]) => [Number(key), titled(text)] as const), (picked) => change(name, picked));
    const named = Object.entries(setting.names ?? {}).map(([key, text]) => `${key}: ${text}`);
    return number(titled(named.length ? `${title} (${named.join(', ')})` : title), value, { least, most, step: 1 }, (picked) => change(name, picked));
  })}
  ${task.readsText
    ? html`<label class="broad">${say('ownText')}<input type="text" name="task-text" .value=${model.taskText} placeholder=${say('pasteText')} @change=${(event: Event) => take({ taskText: (event.target as HTMLInputElement).value })} /></label>`
    : nothing}`;
}

/** All settings of the task by name, as given or by default; what cannot be read is for the model to complain about. */
function settingsOf({ taskSettings }: RnnModel, task: Task): Readonly<Record<string, number>> {
  let given: Readonly<Record<string, number>> = {};
  try {
    given = namedNumbers('task-settings', taskSettings, '');
  } catch {
    // the model says what is wrong
  }
  return Object.fromEntries(task.settings.map(({ name, default: usual }) => [name, given[name] ?? usual]));
}

/** Only what differs from the default: `distance:10`. */
function written(settings: Readonly<Record<string, number>>, task: Task): string {
  return task.settings
    .filter(({ name, default: usual }) => settings[name] !== usual)
    .map(({ name }) => `${name}:${settings[name]}`)
    .join(' ');
}

/** All its values have names. */
function isChoice({ least, most, names }: TaskSetting): boolean {
  return names !== undefined && Object.keys(names).length === most - least + 1;
}

/** Shows what is given even where the reader chose something else and the page refused it. */
function choice<Value>(label: string, given: Value, options: readonly (readonly [Value, string])[], pick: (value: Value) => void, kind = ''): TemplateResult {
  return html`<label class=${kind}>
    ${label}
    <select @change=${(event: Event) => pick(options[(event.target as HTMLSelectElement).selectedIndex][0])}>
      ${options.map(([value, text]) => html`<option .selected=${live(value === given)}>${text}</option>`)}
    </select>
  </label>`;
}

/** Taken when it is left or Enter is pressed: half a number is no number. */
function number(label: string, given: number, { least, most, step }: { least: number; most: number; step: number | 'any' }, take: (value: number) => void, allowed = true): TemplateResult {
  const fits = allowed && given >= least && given <= most;
  return html`<label>
    ${label}
    <input
      type="number"
      min=${least}
      max=${most}
      step=${step}
      inputmode="decimal"
      .value=${Number.isFinite(given) ? String(given) : ''}
      aria-invalid=${fits ? nothing : 'true'}
      @change=${(event: Event) => take((event.target as HTMLInputElement).valueAsNumber)}
    />
  </label>`;
}

/** What markup chose need not be among the offers. */
function withGiven(offers: readonly number[], given: number): readonly number[] {
  return offers.includes(given) ? offers : [...offers, given];
}
