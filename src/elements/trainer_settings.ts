/** The fields of a trainer: what is learned, by what, how fast, how far. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { LARGEST_RATE, optimizers, tasks, type Task, type TaskSetting } from '../engine';
import { namedNumbers } from './named_numbers';
import type { RnnModel } from './rnn-model';

/** Those properties of a model that the fields set. */
export type LearningSettings = Partial<Pick<RnnModel, 'task' | 'taskSettings' | 'optimizer' | 'lr' | 'clip' | 'batch' | 'updates' | 'until' | 'taskText'>>;

const ACCURACIES = [0, 0.9, 0.95, 0.98, 0.99, 1];

/** @param take - is given what a field was changed to, whether it makes sense or not: the model says */
export function settingFields(model: RnnModel, take: (settings: LearningSettings) => void): TemplateResult {
  const task = typeof model.task === 'string' ? tasks.find(({ name }) => name === model.task) : model.task;
  const { lr, clip, batch, updates, until, optimizer } = model;
  const asksForClasses = !model.lesson || 'classes' in model.lesson.task.output;
  return html`
    <fieldset class="settings" part="settings">
      <legend>What is learned, and how</legend>
      ${choice('Task', model.task, [...(model.task ? [] : [['', 'choose one'] as const]), ...tasks.map(({ name, title }) => [name, title] as const), ...(typeof model.task === 'string' ? [] : [[model.task, model.task.title] as const])], (picked) => take({ task: picked, taskSettings: '', taskText: '' }), 'broad')}
      ${number('Learning rate', lr, { least: 0, most: LARGEST_RATE, step: 'any' }, (value) => take({ lr: value }), lr > 0)}
      ${number('Updates (0: no end)', updates, { least: 0, most: 1e6, step: 1 }, (value) => take({ updates: value }))}
    </fieldset>
    ${task ? html`<p class="about">${task.description} <span>(${task.source})</span></p>` : nothing}
    <details>
      <summary>More settings</summary>
      <fieldset class="settings">
      <legend>More of what is learned, and how</legend>
      ${task ? taskFields(model, task, take) : nothing}
      ${choice('Optimiser', optimizer, optimizers.map(({ name, title }) => [name, title] as const), (picked) => take({ optimizer: picked }))}
      ${number('Clip at length (0: not)', clip, { least: 0, most: 1e6, step: 'any' }, (value) => take({ clip: value }))}
      ${number('Sequences an update', batch, { least: 1, most: 1024, step: 1 }, (value) => take({ batch: value }))}
      ${asksForClasses
        ? choice('Until it is right', until, withGiven(ACCURACIES, until).map((part) => [part, part === 0 ? 'no matter' : `${Math.round(100 * part)} % of the time`] as const), (picked) => take({ until: picked }))
        : nothing}
      </fieldset>
    </details>
  `;
}

function taskFields(model: RnnModel, task: Task, take: (settings: LearningSettings) => void): TemplateResult {
  const given = settingsOf(model, task);
  const change = (name: string, value: number) => take({ taskSettings: written({ ...given, [name]: value }, task) });
  return html`${task.settings.map((setting) => {
    const { name, title, least, most } = setting;
    const value = given[name];
    if (isChoice(setting)) return choice(title, value, Object.entries(setting.names!).map(([key, text]) => [Number(key), text] as const), (picked) => change(name, picked));
    const named = Object.entries(setting.names ?? {}).map(([key, text]) => `${key}: ${text}`);
    return number(named.length ? `${title} (${named.join(', ')})` : title, value, { least, most, step: 1 }, (picked) => change(name, picked));
  })}
  ${task.readsText
    ? html`<label class="broad">Text of your own<input type="text" name="task-text" .value=${model.taskText} placeholder="paste a text to learn from" @change=${(event: Event) => take({ taskText: (event.target as HTMLInputElement).value })} /></label>`
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
