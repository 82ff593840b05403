/** A figure's settings that are chosen among a few words: radio buttons named after figure and setting, and the link that holds them. */
import { readSettings, writtenSettings, type SettingRules, type SettingsOf } from './settings_link';

export class RadioSettings<const Rules extends SettingRules> {
  #settings: SettingsOf<Rules>;

  /**
   * @param figure - as links call it; radio buttons in the box are called `FIGURE-SETTING`
   * @param take - is given the settings as a link holds them, whenever the reader chooses others
   */
  constructor(
    private readonly figure: string,
    private readonly rules: Rules,
    private readonly box: HTMLElement,
    private readonly take: (written: string, history: 'new' | 'same') => void,
  ) {
    this.#settings = readSettings(figure, rules, '');
    for (const radio of this.#radios()) {
      const name = this.#nameOf(radio);
      radio.addEventListener('change', () => this.choose({ [name]: radio.value } as Partial<SettingsOf<Rules>>));
    }
  }

  /** Takes other settings for the reader. */
  choose(changed: Partial<SettingsOf<Rules>>, history: 'new' | 'same' = 'new'): void {
    this.take(writtenSettings(this.rules, { ...this.#settings, ...changed }), history);
  }

  /** Shows what a link holds, and returns it. */
  show(written: string | undefined): SettingsOf<Rules> {
    this.#settings = readSettings(this.figure, this.rules, written ?? '');
    for (const radio of this.#radios()) radio.checked = radio.value === this.#settings[this.#nameOf(radio)];
    return this.#settings;
  }

  #radios(): readonly HTMLInputElement[] {
    return [...this.box.querySelectorAll<HTMLInputElement>('input[type=radio]')];
  }

  #nameOf({ name }: HTMLInputElement): keyof Rules & string {
    return name.slice(this.figure.length + 1);
  }
}
