/** Wires the network of chapter 4c that reads and writes characters. */
import type { RnnModel } from '../elements/rnn-model';
import { charactersAddress } from './gallery';
import type { LessonState } from './link';
import { whenNear } from './near';

/** Returns what shows a state in the figure: the page's sentence. */
export function charactersChapter(): (state: LessonState) => void {
  const model = document.getElementById('characters') as RnnModel;
  const unit = document.getElementById('characters-unit') as HTMLInputElement;
  const value = document.getElementById('characters-unit-value')!;
  unit.addEventListener('input', () => model.moveCursor({ unit: unit.valueAsNumber - 1 }));
  model.watch(() => {
    unit.value = String(model.cursor.unit + 1);
    value.textContent = unit.value;
  });
  let shown: LessonState | undefined;
  let near = false;
  whenNear(document.getElementById('figure-characters')!, () => {
    near = true;
    model.src = charactersAddress;
    if (shown) model.text = shown.text;
  });
  return (state) => {
    shown = state;
    if (near) model.text = state.text;
  };
}
