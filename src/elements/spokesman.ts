/**
 * One view of a model tells what is so with all of them: that the CPU computes, that the GPU is back, that there is nothing to
 * read. It is the first that says so anyhow, as a heatmap does under its picture, or else the first there is.
 */
import type { ReactiveControllerHost } from 'lit';
import type { RnnModel } from './rnn-model';

const views = new WeakMap<RnnModel, readonly Voice[]>();

export class Voice {
  #model: RnnModel | undefined;

  /** @param tellsAnyhow - whether the view names what computes it in any case */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly tellsAnyhow: boolean,
  ) {}

  /** Whether what is so with all views of the model is this one's to tell. */
  get tells(): boolean {
    return this.#model !== undefined && spokesmanOf(this.#model) === this;
  }

  /** Joins the views of a model, and leaves those of the one before. For a view in its own update: only others are updated. */
  join(model: RnnModel | undefined): void {
    const before = this.#model;
    if (model === before) return;
    this.#model = model;
    if (before) change(before, (views.get(before) ?? []).filter((view) => view !== this), this);
    if (model) change(model, [...(views.get(model) ?? []), this], this);
  }

  /** @internal */
  static spokesmanOf(all: readonly Voice[] = []): Voice | undefined {
    return all.find(({ tellsAnyhow }) => tellsAnyhow) ?? all[0];
  }

  /** @internal Has the view say, or leave unsaid, what is so with all. */
  reconsider(): void {
    this.host.requestUpdate();
  }
}

function spokesmanOf(model: RnnModel): Voice | undefined {
  return Voice.spokesmanOf(views.get(model));
}

function change(model: RnnModel, now: readonly Voice[], by: Voice): void {
  const before = spokesmanOf(model);
  views.set(model, now);
  const after = spokesmanOf(model);
  if (before === after) return;
  for (const view of [before, after]) if (view !== by) view?.reconsider();
}
