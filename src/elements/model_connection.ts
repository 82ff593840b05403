/**
 * Finds the `<rnn-model>` that a view belongs to, as `for` finds a form control: by id in the view's own tree, in
 * either order of appearance, and follows when ids, elements or `for` itself change. A `model` property set on
 * the view comes first: it reaches across shadow roots. The view is updated whenever the model tells of a change.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RnnModel } from './rnn-model';

const MODEL = 'rnn-model';

export interface ModelView extends ReactiveControllerHost, HTMLElement {
  /** The id of an `<rnn-model>` in the same tree. */
  for?: string;
  /** The model itself, found without an id. */
  model?: RnnModel | undefined;
}

export class ModelConnection implements ReactiveController {
  #model: RnnModel | undefined;
  #problem = '';
  #unwatch: (() => void) | undefined;
  #leaveTree: (() => void) | undefined;

  constructor(private readonly host: ModelView) {
    host.addController(this);
  }

  get model(): RnnModel | undefined {
    if (this.host.isConnected) this.#follow(); // `for` may have changed a moment ago
    return this.#model;
  }

  /** Why there is no model, in words for whoever wrote the page; empty when there is one or none was asked for. */
  get problem(): string {
    if (this.host.isConnected) this.#follow();
    return this.#problem;
  }

  hostConnected(): void {
    this.#leaveTree = whenTreeChanges(this.host.getRootNode(), () => this.#follow());
    this.#follow();
    if (!customElements.get(MODEL)) void customElements.whenDefined(MODEL).then(() => this.host.isConnected && this.#follow());
  }

  hostDisconnected(): void {
    this.#leaveTree?.();
    this.#attach(undefined);
  }

  /** `for` or `model` may be what changed. */
  hostUpdate(): void {
    if (this.host.isConnected) this.#follow();
  }

  #follow(): void {
    const { for: id, model } = this.host;
    const found = model ?? (id ? elementById(this.host.getRootNode(), id) : undefined);
    const problem = this.#problemWith(found, id);
    if (problem !== this.#problem) this.host.requestUpdate();
    this.#problem = problem;
    this.#attach(isModel(found) ? found : undefined);
  }

  #problemWith(found: Element | undefined, id: string | undefined): string {
    if (isModel(found) || (!found && !id)) return '';
    if (found?.localName === MODEL) return `for: "${id}" is the id of an <rnn-model>, which this page does not define; load it beside <${this.host.localName}>.`;
    if (!found) return `for: there is no element with the id "${id}" here; it must be that of an <rnn-model>.`;
    return `for: "${id}" is the id of a <${found.localName}>; it must be that of an <rnn-model>.`;
  }

  #attach(model: RnnModel | undefined): void {
    if (model === this.#model) return;
    this.#unwatch?.();
    this.#model = model;
    this.#unwatch = model?.watch(() => this.host.requestUpdate());
    this.host.requestUpdate();
  }
}

/** Asked of the page's registry: heatmaps alone need nothing of what a model is made of and trained with. */
function isModel(found: Element | undefined): found is RnnModel {
  const model = customElements.get(MODEL);
  return model !== undefined && found instanceof model;
}

function elementById(root: Node, id: string): Element | undefined {
  const tree = root as Document | ShadowRoot | Element;
  return tree.querySelector?.(`#${CSS.escape(id)}`) ?? undefined;
}

interface Tree {
  readonly observer: MutationObserver;
  readonly listeners: Set<() => void>;
}

const trees = new WeakMap<Node, Tree>();

/** One observer serves all views of a tree. */
function whenTreeChanges(root: Node, listener: () => void): () => void {
  let tree = trees.get(root);
  if (!tree) {
    const listeners = new Set<() => void>();
    const observer = new MutationObserver(() => {
      for (const tell of [...listeners]) tell();
    });
    observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['id'] });
    tree = { observer, listeners };
    trees.set(root, tree);
  }
  const { observer, listeners } = tree;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    observer.disconnect();
    trees.delete(root);
  };
}
