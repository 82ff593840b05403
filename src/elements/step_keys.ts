/** Where the keys of a slider over the steps of a text lead: arrows one on or back, Page keys ten, Home and End to the ends. */

/** The step; beyond the ends where there is none, for the model to bring back. Undefined for keys that mean nothing here. */
export function stepAfterKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, step: number): number | undefined {
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
