/** What can be set of a race: sliders, who takes part, how many of each, how many updates. What is set is in the link. */
import type { Engine } from '../engine';
import type { Change } from './figure_models';
import { whenNear } from './near';
import { readSettings, writtenSettings, type SettingRule, type SettingsOf } from './settings_link';

/** Listens to a slider: while it moves, changes belong to one entry of the history. */
export type Slides = (field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void) => void;

type NumberRule = Extract<SettingRule, { start: number }>;

/** Beside sliders every race has these. */
export type RaceRules = Readonly<Record<string, SettingRule>> & { readonly networks: NumberRule; readonly updates: NumberRule; readonly who: SettingRule };

export interface RaceFormOptions<Rules extends RaceRules> {
  /** As links call it; ids in the page are `RACE-SETTING`. */
  readonly race: string;
  readonly rules: Rules;
  /** Those that can take part, by the letter that a link has for each. */
  readonly networks: readonly { readonly letter: string; readonly name: string }[];
  /** Settings that have a slider. */
  readonly sliders: readonly (keyof Rules & string)[];
  readonly change: Change;
  readonly slides: Slides;
  /** Called once what computes is known and the race is near, and from then on whenever settings differ. */
  arrange(settings: SettingsOf<Rules>, computing: Engine): void;
}

/**
 * @param computing - settles with what computes, once that is known
 * @returns what shows the settings that a link holds
 */
export function raceForm<const Rules extends RaceRules>(options: RaceFormOptions<Rules>, computing: Promise<Engine>): (written: string) => void {
  type Settings = SettingsOf<Rules>;
  const { race, rules, networks, sliders, change, slides, arrange } = options;
  const part = <Type extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(`${race}-${id}`) as Type;
  let settings: Settings = readSettings(race, rules, '');
  let engine: Engine | undefined;

  const take = (name: keyof Rules, value: number | string, history: 'new' | 'same') => change({ [race]: writtenSettings(rules, { ...settings, [name]: value }) }, history);
  for (const name of sliders) slides(part(name), (value, history) => take(name, value, history));
  for (const name of ['networks', 'updates'] as const) {
    part(name).addEventListener('change', () => {
      const value = part(name).valueAsNumber;
      const { least, most } = rules[name];
      if (Number.isInteger(value) && value >= least && value <= most) take(name, value, 'new');
      else part(name).value = String(settings[name]);
    });
  }
  const boxes = networks.map(({ letter, name }) => {
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', value: letter });
    box.addEventListener('change', () => {
      const who = boxes.filter(({ checked }) => checked).map(({ value }) => value).join('');
      if (who) take('who', who, 'new');
      else box.checked = true; // a race needs someone
    });
    const label = document.createElement('label');
    label.append(box, ` ${name}`);
    part('who').append(label);
    return box;
  });
  whenNear(document.getElementById(`figure-${race}`)!, () => {
    void computing.then((found) => {
      engine = found;
      arrange(settings, engine);
    });
  });

  return (written) => {
    const next: Settings = readSettings(race, rules, written);
    const same = JSON.stringify(next) === JSON.stringify(settings);
    settings = next;
    for (const name of ['networks', 'updates', ...sliders]) part(name).value = String(settings[name]);
    for (const name of sliders) part<HTMLOutputElement>(`${name}-value`).textContent = String(settings[name]);
    for (const box of boxes) box.checked = String(settings['who']).includes(box.value);
    if (!same && engine) arrange(settings, engine);
  };
}

/** Whether something computes that does not feel whether networks are a little larger: a GPU, and not a CPU in the disguise of one. */
export function isFast({ adapter }: Engine): boolean {
  return adapter !== undefined && !adapter.software;
}
