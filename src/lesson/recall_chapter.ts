/** Wires the two races of chapter 6: choosing what to keep, and recalling it. */
import { html, render } from 'lit';
import type { Engine } from '../engine';
import type { Change } from './figure_models';
import { COPY_RULES, RECALL_RULES } from './figure_rules';
import type { LessonState } from './link';
import { whenNear } from './near';
import { NetworkRace, type Racer } from './network_race';
import { copyNetworks, recallNetworks, type RecallNetwork } from './recall_networks';
import { readSettings, writtenSettings } from './settings_link';

type Slides = (field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void) => void;

/** Settings of both races: how much is asked for, and who learns it how long. */
interface RaceSettings {
  readonly amount: number;
  readonly networks: number;
  readonly updates: number;
  readonly who: string;
}

interface RecallRace {
  /** As links and ids call it. */
  readonly name: 'copy' | 'recall';
  readonly rules: typeof COPY_RULES | typeof RECALL_RULES;
  readonly networks: readonly RecallNetwork[];
  readonly task: string;
  /** @param amount - what the slider asks for */
  settingsOf(amount: number): string;
  readonly solved: number;
  readonly arranged?: (racers: readonly Racer[]) => void;
}

/** Width and sequences: what a GPU does not feel, and what a CPU can bear, be it in the disguise of one; then larger steps make up for fewer sequences. */
const SIZES = { fast: { width: 32, batch: 64, lr: undefined }, slow: { width: 16, batch: 16, lr: 0.01 } } as const;

/**
 * Takes the page's ways to change its state and to listen to a slider; returns what shows a state in the races.
 *
 * @param computing - settles with what computes, once that is known
 */
export function recallChapter(change: Change, slides: Slides, computing: Promise<Engine>): (state: LessonState) => void {
  const races: readonly RecallRace[] = [
    { name: 'copy', rules: COPY_RULES, networks: copyNetworks, task: 'selective_copy', settingsOf: (length) => `length:${length} data:${Math.max(2, length / 4)}`, solved: 0.98, arranged: showSteps },
    { name: 'recall', rules: RECALL_RULES, networks: recallNetworks, task: 'multi_query_recall', settingsOf: (pairs) => `pairs:${pairs} keys:${Math.max(16, 2 * pairs)} values:${Math.max(16, 2 * pairs)}`, solved: 0.99 },
  ];
  const shown = races.map((race) => raceFigure(race, change, slides, computing));
  return (state) => {
    for (const show of shown) show(state);
  };
}

function raceFigure({ name, rules, networks, task, settingsOf, solved, arranged }: RecallRace, change: Change, slides: Slides, computing: Promise<Engine>): (state: LessonState) => void {
  let settings: RaceSettings = readSettings(name, rules, '');
  let sizes: (typeof SIZES)['fast' | 'slow'] | undefined;
  const part = <Type extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(`${name}-${id}`) as Type;
  const race = new NetworkRace({ prefix: name, solved, arranged });
  const boxes = networks.map(({ letter, name: label }) => {
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', value: letter });
    const around = document.createElement('label');
    around.append(box, ` ${label}`);
    part('who').append(around);
    return box;
  });

  const take = (changed: Partial<RaceSettings>, history: 'new' | 'same') => change({ [name]: writtenSettings(rules, { ...settings, ...changed }) }, history);
  slides(part('amount'), (amount, history) => take({ amount }, history));
  for (const field of ['networks', 'updates'] as const) {
    part(field).addEventListener('change', () => {
      const value = part(field).valueAsNumber;
      const { least, most } = rules[field];
      if (Number.isInteger(value) && value >= least && value <= most) take({ [field]: value }, 'new');
      else part(field).value = String(settings[field]);
    });
  }
  for (const box of boxes) {
    box.addEventListener('change', () => {
      const who = boxes.filter(({ checked }) => checked).map(({ value }) => value).join('');
      if (who) take({ who }, 'new');
      else box.checked = true; // a race needs someone
    });
  }
  whenNear(document.getElementById(`figure-${name}`)!, () => {
    void computing.then(({ adapter }) => {
      sizes = adapter && !adapter.software ? SIZES.fast : SIZES.slow;
      part<HTMLElement>('size').textContent = `Here: width ${sizes.width}, ${sizes.batch} sequences an update.`;
      arrange();
    });
  });

  function arrange(): void {
    if (!sizes) return;
    const { width, batch, lr: rate } = sizes;
    const { amount, networks: seeds, updates, who } = settings;
    const taskSettings = settingsOf(amount);
    race.arrange(networks.filter(({ letter }) => who.includes(letter)), updates, ({ layers, lr }) => ({ layers, lr: rate ?? lr, units: width, embedding: width, batch, seeds, task, taskSettings }));
  }

  return (state) => {
    const next: RaceSettings = readSettings(name, rules, state[name] ?? '');
    const same = JSON.stringify(next) === JSON.stringify(settings);
    settings = next;
    for (const field of ['amount', 'networks', 'updates'] as const) part(field).value = String(settings[field]);
    part<HTMLOutputElement>('amount-value').textContent = String(settings.amount);
    for (const box of boxes) box.checked = settings.who.includes(box.value);
    if (!same) arrange();
  };
}

/** How far Mamba steps at each symbol of an example, while it learns to tell symbols from noise. */
function showSteps(racers: readonly Racer[]): void {
  const scans = racers.filter(({ network: { cell } }) => cell.startsWith('mamba'));
  render(
    scans.map(
      ({ network: { name }, model }, k) =>
        html`<rnn-heatmap signal="delta" reduce="mean" lane=${k === 0 ? 'first' : 'next'} .model=${model} .label=${`${name}: Δ in the second layer, the mean of all channels, over a sequence of the task`}></rnn-heatmap>`,
    ),
    document.getElementById('copy-steps')!,
  );
}
