/** Wires the network of chapter 4c that learns before the reader's eyes. */
import { cellNamed, cells } from '../engine';
import type { RnnModel } from '../elements/rnn-model';
import { LEARNER_RULES } from './figure_rules';
import type { LessonState } from './link';
import { whenNear } from './near';
import { modelRestsOutOfSight } from './out_of_sight';
import { readSettings, writtenSettings, type SettingsOf } from './settings_link';
import { TrainingCurves } from './training_curves';

type LearnerSettings = SettingsOf<typeof LEARNER_RULES>;

/** Tasks that teach a network to foresee what it reads, so that it can go on by itself. */
const WRITERS: readonly string[] = ['agreement', 'characters'];

/** Takes the page's way to change its state; returns what shows a state in the figure. */
export function learnerChapter(change: (settings: Partial<LessonState>, history: 'new' | 'same') => void): (state: LessonState) => void {
  const model = byId<RnnModel>('learner');
  const [cell, hidden, bias] = [byId<HTMLSelectElement>('learner-cell'), byId<HTMLInputElement>('learner-hidden'), byId<HTMLInputElement>('learner-bias')];
  let settings = readSettings('learner', LEARNER_RULES, '');
  let near = false;
  const nameOf = () => cellNamed(settings.cell).title;
  const curves = new TrainingCurves(byId('learner-curves'), () => [{ name: nameOf(), cell: settings.cell, tallies: model.training.tallies }]);

  cell.append(...cells.filter(({ name }) => (LEARNER_RULES.cell.of as readonly string[]).includes(name)).map(({ title, name }) => new Option(title, name)));
  const take = (changed: Partial<LearnerSettings>) => change({ learner: writtenSettings(LEARNER_RULES, { ...settings, ...changed }) }, 'new');
  cell.addEventListener('change', () => take({ cell: cell.value }));
  for (const [field, name] of [[hidden, 'hidden'], [bias, 'bias']] as const) {
    field.addEventListener('change', () => {
      const value = field.valueAsNumber;
      const { least, most } = LEARNER_RULES[name];
      if (value >= least && value <= most && (name === 'bias' || Number.isInteger(value))) take({ [name]: value });
      else field.value = String(settings[name]);
    });
  }
  document.getElementById('figure-learner')!.addEventListener('learning-change', ({ settings: learned }) => {
    const { task, lr } = learned;
    if (typeof task === 'string') take({ task });
    if (lr !== undefined && lr >= LEARNER_RULES.rate.least && lr <= LEARNER_RULES.rate.most) take({ rate: lr });
  });
  model.addEventListener('cursor-change', ({ step, unit }) => change({ step: step + 1, unit: unit + 1 }, 'same'));
  model.watch(() => curves.update());
  modelRestsOutOfSight(byId('figure-learner'), model);

  let shown: LessonState | undefined;
  whenNear(byId('figure-learner'), () => {
    near = true;
    if (shown) show(shown);
  });

  function show(state: LessonState): void {
    shown = state;
    settings = readSettings('learner', LEARNER_RULES, state.learner ?? '');
    const { keeps } = cellNamed(settings.cell);
    cell.value = settings.cell;
    hidden.value = String(settings.hidden);
    bias.value = String(settings.bias);
    bias.disabled = keeps === undefined;
    byId('learner-continuation').hidden = !WRITERS.includes(settings.task);
    if (!near) return;
    Object.assign(model, { text: state.text, cell: settings.cell, units: settings.hidden, task: settings.task, lr: settings.rate, gateBias: keeps ? `${keeps}:${settings.bias}` : '' });
    model.cursor = { step: state.step - 1, unit: state.unit - 1 };
  }
  return show;
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
