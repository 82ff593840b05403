/** Wires the race of chapter 4c: several networks, one task, the same sequences for all. */
import { html, render, type TemplateResult } from 'lit';
import type { Engine } from '../engine';
import type { RnnModel } from '../elements/rnn-model';
import { percent, recentOf } from '../elements/training_words';
import { interval, median, solvedAt } from './curve_points';
import { RACE_RULES } from './figure_rules';
import type { LessonState } from './link';
import { whenNear } from './near';
import { raceNetworks, type RaceNetwork } from './race_networks';
import { readSettings, writtenSettings, type SettingsOf } from './settings_link';
import { TrainingCurves } from './training_curves';

type RaceSettings = SettingsOf<typeof RACE_RULES>;

/** A network of the race, and the element that trains it. */
interface Racer {
  readonly network: RaceNetwork;
  readonly model: RnnModel;
}

/** Units and sequences: what a GPU does not feel, and what a CPU can bear, be it in the disguise of one. */
const SIZES = { fast: { units: 32, batch: 32 }, slow: { units: 16, batch: 16 } } as const;

/**
 * Takes the page's way to change its state; returns what shows a state in the race.
 *
 * @param computing - settles with what computes, once that is known
 */
export function raceChapter(change: (settings: Partial<LessonState>, history: 'new' | 'same') => void, slides: (field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void) => void, computing: Promise<Engine>): (state: LessonState) => void {
  let settings = readSettings('race', RACE_RULES, '');
  let racers: readonly Racer[] = [];
  let sizes: (typeof SIZES)['fast' | 'slow'] | undefined;
  let starting = false;
  const field = (name: 'distance' | 'bias' | 'networks' | 'updates') => byId<HTMLInputElement>(`race-${name}`);
  const curves = new TrainingCurves(byId('race-curves'), () => racers.map(({ network: { name, cell }, model }) => ({ name, cell, tallies: model.training.tallies })));
  const boxes = raceNetworks.map(({ letter, name }) => {
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', value: letter });
    const label = document.createElement('label');
    label.append(box, ` ${name}`);
    byId('race-who').append(label);
    return box;
  });

  const take = (changed: Partial<RaceSettings>, history: 'new' | 'same') => change({ race: writtenSettings(RACE_RULES, { ...settings, ...changed }) }, history);
  slides(field('distance'), (distance, history) => take({ distance }, history));
  slides(field('bias'), (bias, history) => take({ bias }, history));
  for (const name of ['networks', 'updates'] as const) {
    field(name).addEventListener('change', () => {
      const value = field(name).valueAsNumber;
      const { least, most } = RACE_RULES[name];
      if (Number.isInteger(value) && value >= least && value <= most) take({ [name]: value }, 'new');
      else field(name).value = String(settings[name]);
    });
  }
  for (const box of boxes) {
    box.addEventListener('change', () => {
      const who = boxes.filter(({ checked }) => checked).map(({ value }) => value).join('');
      if (who) take({ who }, 'new');
      else box.checked = true; // a race needs someone
    });
  }

  byId('race-train').addEventListener('click', () => void (isRunning() ? pause() : train()));
  byId('race-step').addEventListener('click', () => {
    if (!isRunning()) void Promise.all(racers.map(({ model }) => model.step()));
  });
  byId('race-reset').addEventListener('click', () => void Promise.all(racers.map(({ model }) => model.reset())));
  byId('race-gradients').addEventListener('toggle', showLanes);
  whenNear(byId('figure-race'), () => {
    void computing.then(({ adapter }) => {
      sizes = adapter && !adapter.software ? SIZES.fast : SIZES.slow;
      arrange();
    });
  });

  const isRunning = () => starting || racers.some(({ model }) => model.training.status === 'running' || model.training.status === 'starting');

  /** All take one step first: by then every kernel is there, and they are off together. */
  async function train(): Promise<void> {
    starting = true;
    tell();
    const entered = racers;
    const fresh = entered.filter(({ model }) => model.training.updates === 0);
    await Promise.all(fresh.map(({ model }) => model.step()));
    const off = starting && entered === racers;
    starting = false;
    if (off) await Promise.all(entered.map(({ model }) => model.train()));
    tell();
  }

  async function pause(): Promise<void> {
    starting = false;
    await Promise.all(racers.map(({ model }) => model.pause()));
  }

  /** As many models as race, each with its network's start. Those that stay are kept. */
  function arrange(): void {
    if (!sizes) return;
    const { who, networks, updates, distance, bias } = settings;
    const wanted = raceNetworks.filter(({ letter }) => who.includes(letter));
    const kept = new Map(racers.map((racer) => [racer.network, racer]));
    const next = wanted.map((network) => kept.get(network) ?? { network, model: document.createElement('rnn-model') });
    for (const { network, model } of next) {
      const { cell, start, keeps, lr } = network;
      Object.assign(model, { cell, start, lr, gateBias: keeps ? `${keeps}:${bias}` : '', units: sizes.units, embedding: sizes.units, batch: sizes.batch, seeds: networks, task: 'keyed_latch', taskSettings: `distance:${distance}`, updates });
      if (!kept.has(network)) model.watch(tell);
    }
    for (const { network, model } of racers) if (!wanted.includes(network)) model.remove();
    racers = next;
    // What is there already stays where it is: taken out, it would forget what it has learned.
    byId('race-models').append(...next.flatMap(({ model }) => (model.isConnected ? [] : [model])));
    showLanes();
    tell();
  }

  let telling = 0;
  function tell(): void {
    telling ||= requestAnimationFrame(() => {
      telling = 0;
      curves.update();
      byId('race-train').textContent = isRunning() ? 'Pause' : 'Train';
      for (const name of ['train', 'step', 'reset']) byId(`race-${name}`).setAttribute('aria-disabled', String(racers.length === 0 || (name === 'step' && isRunning())));
      const state = inWords();
      if (byId('race-state').textContent !== state) byId('race-state').textContent = state;
      render(tally(racers), byId('race-tally'));
    });
  }

  function inWords(): string {
    const failed = racers.find(({ model }) => model.training.status === 'error' || model.training.status === 'diverged' || model.state.status === 'error');
    if (failed) return `${failed.network.name}: ${failed.model.training.message || failed.model.state.message}`;
    if (starting) return 'Getting ready…';
    const done = Math.min(...racers.map(({ model }) => model.training.updates));
    if (racers.length === 0 || !(done > 0)) return '';
    if (isRunning()) return `Training, of ${settings.updates} updates.`;
    return done >= settings.updates ? `All ${settings.updates} updates are done.` : `Paused at update ${done}.`;
  }

  function showLanes(): void {
    render(sizes ? racers.map(({ network, model }) => reach(network, model)) : '', byId('race-reach'));
    const open = byId<HTMLDetailsElement>('race-gradients').open;
    render(open ? racers.map(({ network, model }, k) => lane(network, model, k === 0)) : '', byId('race-lanes'));
  }

  return (state) => {
    const next = readSettings('race', RACE_RULES, state.race ?? '');
    const same = JSON.stringify(next) === JSON.stringify(settings);
    settings = next;
    for (const name of ['distance', 'bias', 'networks', 'updates'] as const) field(name).value = String(settings[name]);
    byId('race-distance-value').textContent = String(settings.distance);
    byId('race-bias-value').textContent = String(settings.bias);
    for (const box of boxes) box.checked = settings.who.includes(box.value);
    if (!same) arrange();
  };
}

function reach({ name, cell }: RaceNetwork, model: RnnModel): TemplateResult {
  return html`<rnn-gradient-reach class="reach" data-cell=${cell} signal="d_x" .model=${model} .label=${`${name}: ‖∂h₁ at the question / ∂x_t‖ by distance`}></rnn-gradient-reach>`;
}

function lane({ name }: RaceNetwork, model: RnnModel, first: boolean): TemplateResult {
  return html`<rnn-heatmap signal="d_h" lane=${first ? 'first' : 'next'} .model=${model} .label=${`${name}: ∂h₁ at the question / ∂h_t`}></rnn-heatmap>`;
}

function tally(racers: readonly Racer[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Who has solved it">
    <table class="tally">
      <thead>
        <tr><th scope="col">Network</th><th scope="col">Solved</th><th scope="col">95 % interval</th><th scope="col">At update, the middle one</th><th scope="col">Right now</th></tr>
      </thead>
      <tbody>
        ${racers.map(({ network: { name, cell }, model }) => {
          const { tallies } = model.training;
          const solved = Array.from({ length: model.seeds }, (_, m) => solvedAt(tallies, m));
          const updates = solved.filter((update) => update !== undefined);
          const [low, high] = interval(updates.length, model.seeds);
          const recent = recentOf(tallies);
          return html`<tr>
            <th scope="row">${name}</th>
            <td><span class="dots" data-cell=${cell} aria-hidden="true">${solved.map((update) => (update === undefined ? '○' : '●'))}</span> ${updates.length} of ${model.seeds}</td>
            <td>${Math.round(100 * low)}–${Math.round(100 * high)} %</td>
            <td>${median(updates) ?? '–'}</td>
            <td>${recent?.accuracy === undefined ? '–' : percent(recent.accuracy)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
