/** Wires chapter 3c: trained networks, a noun, and its verb far away. */
import type { RnnMemory } from '../elements/rnn-memory';
import type { RnnModel } from '../elements/rnn-model';
import { agreeingWords } from './agreeing_words';
import { STORED_RULES } from './figure_rules';
import { tellOfFile } from './file_note';
import { trainedAddress } from './gallery';
import type { LessonState } from './link';
import { whenNear } from './near';
import { readSettings, writtenSettings, type SettingsOf } from './settings_link';

/** Takes the page's way to change its state; returns what shows a state in the figure. */
export function storedChapter(change: (settings: Partial<LessonState>, history: 'new' | 'same') => void, slides: (field: HTMLInputElement, take: (value: number, history: 'new' | 'same') => void) => void): (state: LessonState) => void {
  const model = byId<RnnModel>('stored-reader');
  const memory = byId<RnnMemory>('stored-memory');
  const distance = byId<HTMLInputElement>('stored-distance');
  const choices = [...document.querySelectorAll<HTMLInputElement>('#figure-stored input[type=radio]')];
  tellOfFile(model);
  let settings = readSettings('stored', STORED_RULES, '');
  let near = false;

  const take = (changed: Partial<SettingsOf<typeof STORED_RULES>>, history: 'new' | 'same') => change({ stored: writtenSettings(STORED_RULES, { ...settings, ...changed }) }, history);
  slides(distance, (value, history) => take({ distance: value }, history));
  for (const choice of choices) choice.addEventListener('change', () => take(choice.name === 'noun' ? { noun: choice.value } : { cell: choice.value }, 'new'));
  whenNear(byId('figure-stored'), () => {
    near = true;
    show();
  });

  function show(): void {
    const { distance: words, noun, cell } = settings;
    distance.value = String(words);
    byId('stored-value').textContent = String(words);
    for (const choice of choices) choice.checked = choice.value === (choice.name === 'noun' ? noun : cell);
    if (!near) return;
    const text = agreeingWords(noun, words).join(' ');
    if (text !== model.text) model.cursor = { step: words + 1 };
    Object.assign(model, { text, src: trainedAddress(cell) });
    memory.with = agreeingWords(noun === 'cat' ? 'cats' : 'cat', words).join(' ');
  }

  return (state) => {
    settings = readSettings('stored', STORED_RULES, state.stored ?? '');
    show();
  };
}

function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}
