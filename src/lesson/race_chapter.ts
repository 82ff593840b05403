/** Wires the race of chapter 4c: several networks, one task, the same sequences for all. */
import { html, render, type TemplateResult } from 'lit';
import type { Engine } from '../engine';
import type { RnnModel } from '../elements/rnn-model';
import type { Change } from './figure_models';
import { RACE_RULES } from './figure_rules';
import type { LessonState } from './link';
import { NetworkRace, type Contestant, type Racer } from './network_race';
import { isFast, raceForm, type Slides } from './race_form';
import { raceNetworks } from './race_networks';
import type { SettingsOf } from './settings_link';

/** Units and sequences: what a GPU does not feel, and what a CPU can bear. */
const SIZES = { fast: { units: 32, batch: 32 }, slow: { units: 16, batch: 16 } } as const;

/**
 * Takes the page's ways to change its state and to listen to a slider; returns what shows a state in the race.
 *
 * @param computing - settles with what computes, once that is known
 */
export function raceChapter(change: Change, slides: Slides, computing: Promise<Engine>): (state: LessonState) => void {
  const race = new NetworkRace({ prefix: 'race', solved: 0.98, arranged: showLanes });
  const arrange = ({ who, networks, updates, distance, bias }: SettingsOf<typeof RACE_RULES>, engine: Engine) => {
    const { units, batch } = SIZES[isFast(engine) ? 'fast' : 'slow'];
    byId('race-size').textContent = `Here: ${units} units, ${batch} sequences an update.`;
    const wanted = raceNetworks.filter(({ letter }) => who.includes(letter));
    race.arrange(wanted, updates, ({ cell, start, keeps, lr }) => ({ cell, start, lr, gateBias: keeps ? `${keeps}:${bias}` : '', units, embedding: units, batch, seeds: networks, task: 'keyed_latch', taskSettings: `distance:${distance}` }));
  };
  const showSettings = raceForm({ race: 'race', rules: RACE_RULES, networks: raceNetworks, sliders: ['distance', 'bias'], change, slides, arrange }, computing);
  byId('race-gradients').addEventListener('toggle', () => showLanes(race.racers));
  return (state) => showSettings(state.race ?? '');
}

/** The gradient of each: how far it reaches, and, where the reader opens it, unit by unit. */
function showLanes(racers: readonly Racer[]): void {
  render(racers.map(({ network, model }) => reach(network, model)), byId('race-reach'));
  const open = byId<HTMLDetailsElement>('race-gradients').open;
  render(open ? racers.map(({ network, model }, k) => lane(network, model, k === 0)) : '', byId('race-lanes'));
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
