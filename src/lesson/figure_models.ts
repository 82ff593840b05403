/** The networks of a figure follow the page's step, and are given something to read once the figure is near. */
import { tellOfFile } from './file_note';
import type { RnnModel } from '../elements/rnn-model';
import type { LessonState } from './link';
import { whenNear } from './near';

/** Changes the page's state: as a new entry of the history, or in the same. */
export type Change = (settings: Partial<LessonState>, history: 'new' | 'same') => void;

/**
 * @param models - all of one figure
 * @param show - puts a state into the figure; called first when it is near, and again when a file is there or could not be opened
 * @returns what shows a state
 */
export function figureModels(models: readonly RnnModel[], change: Change, show: (state: LessonState) => void): (state: LessonState) => void {
  let near = false;
  let shown: LessonState | undefined;
  for (const model of models) {
    model.addEventListener('cursor-change', ({ step, unit }) => change({ step: step + 1, unit: unit + 1 }, 'same'));
    tellOfFile(model);
    let opening = model.opening.status;
    model.watch(() => {
      const { status } = model.opening;
      if (status === opening) return;
      opening = status;
      if (shown && (status === 'open' || status === 'failed')) showNow(shown);
    });
  }
  const showNow = (state: LessonState) => {
    show(state);
    for (const model of models) model.cursor = { step: state.step - 1, unit: state.unit - 1 };
  };
  whenNear(models[0].closest('figure')!, () => {
    near = true;
    if (shown) showNow(shown);
  });
  return (state) => {
    shown = state;
    if (near) showNow(state);
  };
}

/** Whether a model shows a network from a file, or is about to; what could not be opened leaves it with random weights. */
export function isFromFile({ src, opening }: RnnModel): boolean {
  return src !== '' && opening.status !== 'failed';
}

/** Texts that wait for the file of the network that is to read them. */
const waiting = new WeakMap<RnnModel, string>();

/**
 * Has a network read a text: one from a file not before the file is there, or another would be on display in its place.
 *
 * @param src - the file's address; empty for the network that the model's properties describe
 */
export function readWith(model: RnnModel, src: string, text: string): void {
  const settled = () => model.opening.status === 'open' || model.opening.status === 'failed';
  const known = src === '' || (model.src === src && settled());
  model.src = src;
  if (known) {
    waiting.delete(model);
    model.text = text;
    return;
  }
  const isWaiting = waiting.has(model);
  waiting.set(model, text);
  if (isWaiting) return;
  const leave = model.watch(() => {
    const latest = waiting.get(model);
    if (latest !== undefined && !settled()) return;
    leave();
    waiting.delete(model);
    if (latest !== undefined) model.text = latest;
  });
}
