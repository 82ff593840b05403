/** Where the keys of a slider over the steps of a text lead: arrows one on or back, Page keys ten, Home and End to the ends. */
import type { RnnModel } from './rnn-model';

/** Moves a model's step for the reader, and takes the key; one that means nothing here is the page's. */
export function moveStepByKey(event: KeyboardEvent, model: RnnModel | undefined): void {
  const step = model && stepAfterKey(event, model.cursor.step);
  if (step === undefined) return;
  event.preventDefault();
  model!.moveCursor({ step });
}

/** The step; beyond the ends where there is none, for the model to bring back. Undefined for keys that mean nothing here. */
function stepAfterKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, step: number): number | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: step - 1,
    ArrowDown: step - 1,
    ArrowRight: step + 1,
    ArrowUp: step + 1,
    PageDown: step - 10,
    PageUp: step + 10,
    Home: 0,
    End: Number.MAX_SAFE_INTEGER,
  };
  return Object.hasOwn(steps, key) ? steps[key] : undefined;
}
