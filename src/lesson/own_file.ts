/**
 * What is different on the page while a network from the reader's own file is open: it is what it is, so the controls that
 * describe one rest; and it has signals of its own.
 */
import { layerTitle } from '../engine';
import { outputName } from '../elements/last_layer';
import type { RnnModel } from '../elements/rnn-model';
import { readingNote } from '../elements/training_words';

/** A signal that can be chosen, and what it is in a few words. */
export interface OfferedSignal {
  readonly name: string;
  readonly title: string;
}

/** Controls that describe a network. */
const DESCRIBING = ['cell', 'weights', 'hidden', 'seed', 'seed-slide', 'gain', 'bias'] as const;

/** What a choice says that the file has made. */
const IN_FILE = '';

export class OwnFile {
  readonly #note = document.getElementById('file-note')!;
  readonly #choices = ['cell', 'weights'].map((id) => document.getElementById(id) as HTMLSelectElement);
  #shown: readonly unknown[] = [];

  /** @param changed - called when another network was opened or closed: the page has other things to show */
  constructor(
    private readonly reader: RnnModel,
    changed: () => void,
  ) {
    for (const choice of this.#choices) choice.append(Object.assign(new Option('in the file', IN_FILE), { hidden: true }));
    reader.watch(() => {
      const shown = [this.isOpen, this.isOpen && reader.state.model];
      if (shown.some((part, k) => part !== this.#shown[k])) {
        this.#shown = shown;
        changed();
      }
      this.#tell();
    });
  }

  get isOpen(): boolean {
    return this.reader.opening.own;
  }

  /** Signals of the last layer, one name once; undefined while the page's own cell says which there are. */
  get signals(): readonly OfferedSignal[] | undefined {
    const { tape, model } = this.reader.state;
    if (!this.isOpen || !tape || !model) return undefined;
    const last = model.shape.layers.length - 1;
    const shown = tape.signals.filter(({ layer, direction, kind }) => layer === last && direction === 'forward' && kind !== 'input' && !/final|gradient/.test(kind));
    return shown.map(({ name, role }) => ({ name, title: role.split(/[:,]/)[0] }));
  }

  /** The signal that is shown where another was asked for that this network has not. */
  get output(): string {
    const { model } = this.reader.state;
    return model ? outputName(model.shape) : 'h';
  }

  /** Lets the controls rest that describe a network, or work as the page has it. */
  rest(): void {
    if (!this.isOpen) return;
    for (const id of DESCRIBING) (document.getElementById(id) as HTMLInputElement | HTMLSelectElement).disabled = true;
    for (const choice of this.#choices) choice.value = IN_FILE;
    const { model } = this.reader.state;
    if (model) (document.getElementById('hidden') as HTMLInputElement).value = String(model.shape.layers[model.shape.layers.length - 1].width);
  }

  #tell(): void {
    const { opening, state } = this.reader;
    this.#note.hidden = !this.isOpen;
    if (!this.isOpen) return;
    const layers = state.model?.shape.layers.map(layerTitle).join(', then ') ?? '';
    const [name, what, reads] = ['file-name', 'file-layers', 'file-reads'].map((id) => document.getElementById(id)!);
    name.textContent = opening.status === 'open' ? opening.name : name.textContent;
    what.textContent = layers;
    reads.textContent = state.status === 'error' ? state.message : readingNote(state);
  }
}
