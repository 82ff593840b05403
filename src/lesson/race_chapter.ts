/** Wires the race of chapter 4c: several networks, one task, the same sequences for all. */
import { html, render, type TemplateResult } from 'lit';
import type { Engine } from '../engine';
import type { RnnModel } from '../elements/rnn-model';
import { RACE_RULES } from './figure_rules';
import type { LessonState } from './link';
import { whenNear } from './near';
import { NetworkRace, type Contestant } from './network_race';
import { raceNetworks } from './race_networks';
import { readSettings, writtenSettings, type SettingsOf } from './settings_link';

type RaceSettings = SettingsOf<typeof RACE_RULES>;

/** Units and sequences: what a GPU does not feel, and what a CPU can bear, be it in the disguise of one. */
const SIZES = { fast: { units: 32, batch: 32 }, slow: { units: 16, batch: 16 } } as const;

/**
 * Takes the page's way to change its state; returns what shows a state in the race.
 *
 * @param computing - settles with what computes, once that is known
 */
export function raceChapter(change: (settings: Partial<LessonState>, history: 'new' | 'same') => void, slides: (field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void) => void, computing: Promise<Engine>): (state: LessonState) => void {
  let settings = readSettings('race', RACE_RULES, '');
  let sizes: (typeof SIZES)['fast' | 'slow'] | undefined;
  const field = (name: 'distance' | 'bias' | 'networks' | 'updates') => byId<HTMLInputElement>(`race-${name}`);
  const race = new NetworkRace({ prefix: 'race', solved: 0.98, arranged: showLanes });
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

  byId('race-gradients').addEventListener('toggle', showLanes);
  whenNear(byId('figure-race'), () => {
    void computing.then(({ adapter }) => {
      sizes = adapter && !adapter.software ? SIZES.fast : SIZES.slow;
      arrange();
    });
  });

  function arrange(): void {
    if (!sizes) return;
    const { units, batch } = sizes;
    const { who, networks, updates, distance, bias } = settings;
    const wanted = raceNetworks.filter(({ letter }) => who.includes(letter));
    race.arrange(wanted, updates, ({ cell, start, keeps, lr }) => ({ cell, start, lr, gateBias: keeps ? `${keeps}:${bias}` : '', units, embedding: units, batch, seeds: networks, task: 'keyed_latch', taskSettings: `distance:${distance}` }));
  }

  function showLanes(): void {
    const { racers } = race;
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

function reach({ name, cell }: Contestant, model: RnnModel): TemplateResult {
  return html`<rnn-gradient-reach class="reach" data-cell=${cell} signal="d_x" .model=${model} .label=${`${name}: ‖∂h₁ at the question / ∂x_t‖ by distance`}></rnn-gradient-reach>`;
}

function lane({ name }: Contestant, model: RnnModel, first: boolean): TemplateResult {
  return html`<rnn-heatmap signal="d_h" lane=${first ? 'first' : 'next'} .model=${model} .label=${`${name}: ∂h₁ at the question / ∂h_t`}></rnn-heatmap>`;
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
