/** Wires the two races of chapter 6: choosing what to keep, and recalling it. */
import { html, render } from 'lit';
import type { Engine } from '../engine';
import type { Change } from './figure_models';
import { COPY_RULES, RECALL_RULES } from './figure_rules';
import type { LessonState } from './link';
import { NetworkRace, type Racer } from './network_race';
import { isFast, raceForm, type Slides } from './race_form';
import { copyNetworks, recallNetworks, type RecallNetwork } from './recall_networks';
import { copyRecord, recallRecord, recordBelow, type RecordedRuns } from './recorded_runs';
import type { SettingsOf } from './settings_link';

interface RecallRace {
  /** As links and ids call it. */
  readonly name: 'copy' | 'recall';
  readonly rules: typeof COPY_RULES | typeof RECALL_RULES;
  readonly networks: readonly RecallNetwork[];
  readonly task: string;
  /** @param amount - what the slider asks for */
  settingsOf(amount: number): string;
  readonly solved: number;
  /** What came of it at full size. */
  readonly record: RecordedRuns;
  readonly arranged?: (racers: readonly Racer[]) => void;
}

const RACES: readonly RecallRace[] = [
  { name: 'copy', rules: COPY_RULES, networks: copyNetworks, task: 'selective_copy', settingsOf: (length) => `length:${length} data:${Math.max(2, length / 4)}`, solved: 0.98, record: copyRecord, arranged: showSteps },
  { name: 'recall', rules: RECALL_RULES, networks: recallNetworks, task: 'multi_query_recall', settingsOf: (pairs) => `pairs:${pairs} keys:${Math.max(16, 2 * pairs)} values:${Math.max(16, 2 * pairs)}`, solved: 0.99, record: recallRecord },
];

/** Width and sequences: what a GPU does not feel, and what a CPU can bear; then larger steps make up for fewer sequences. */
const SIZES = { fast: { width: 32, batch: 64, lr: undefined }, slow: { width: 16, batch: 16, lr: 0.01 } } as const;

/**
 * Takes the page's ways to change its state and to listen to a slider; returns what shows a state in the races.
 *
 * @param computing - settles with what computes, once that is known
 */
export function recallChapter(change: Change, slides: Slides, computing: Promise<Engine>): (state: LessonState) => void {
  const shown = RACES.map((race) => ({ name: race.name, show: raceFigure(race, change, slides, computing) }));
  return (state) => {
    for (const { name, show } of shown) show(state[name] ?? '');
  };
}

function raceFigure({ name, rules, networks, task, settingsOf, solved, record, arranged }: RecallRace, change: Change, slides: Slides, computing: Promise<Engine>): (written: string) => void {
  const part = (id: string) => document.getElementById(`${name}-${id}`)!;
  const race = new NetworkRace({ prefix: name, solved, arranged });
  recordBelow(record, part('record'));
  const arrange = ({ amount, networks: seeds, updates, who }: SettingsOf<typeof COPY_RULES>, engine: Engine) => {
    const { width, batch, lr: rate } = SIZES[isFast(engine) ? 'fast' : 'slow'];
    part('size').textContent = `Here: width ${width}, ${batch} sequences an update.`;
    const wanted = networks.filter(({ letter }) => who.includes(letter));
    race.arrange(wanted, updates, ({ layers, lr }) => ({ layers, lr: rate ?? lr, units: width, embedding: width, batch, seeds, task, taskSettings: settingsOf(amount) }));
  };
  return raceForm({ race: name, rules, networks, sliders: ['amount'], change, slides, arrange }, computing);
}

/** How far Mamba steps at each symbol of an example, while it learns to tell symbols from noise. */
function showSteps(racers: readonly Racer[]): void {
  const scans = racers.filter(({ network: { cell } }) => cell.startsWith('mamba'));
  render(
    scans.map(
      ({ network: { name }, model }, k) =>
        html`<rnn-heatmap signal="delta" reduce="mean" lane=${k === 0 ? 'first' : 'next'} .model=${model} .rowLabels=${['⟨Δ⟩']} .label=${`${name}: Δ in the second layer, the mean of all channels, over a sequence of the task`}></rnn-heatmap>`,
    ),
    document.getElementById('copy-steps')!,
  );
}
