/** Wires the network of chapter 4c that reads and writes characters. */
import type { RnnModel } from '../elements/rnn-model';
import { tellOfFile } from './file_note';
import { charactersAddress } from './gallery';
import type { LessonState } from './link';
import { whenNear } from './near';

/** Returns what shows a state in the figure: the page's sentence. */
export function charactersChapter(): (state: LessonState) => void {
  const model = document.getElementById('characters') as RnnModel;
  const unit = document.getElementById('characters-unit') as HTMLInputElement;
  const value = document.getElementById('characters-unit-value')!;
  model.cursor = { unit: unit.valueAsNumber - 1 };
  unit.addEventListener('input', () => model.moveCursor({ unit: unit.valueAsNumber - 1 }));
  tellOfFile(model, 'there is nothing to write');
  let shown: LessonState | undefined;
  // Until the file is there, another network would read.
  const read = () => {
    if (shown && model.opening.opened) model.text = shown.text;
  };
  model.watch(() => {
    read();
    unit.value = String(model.cursor.unit + 1);
    value.textContent = unit.value;
  });
  whenNear(document.getElementById('figure-characters')!, () => (model.src = charactersAddress));
  return (state) => {
    shown = state;
    read();
  };
}
