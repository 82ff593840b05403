/**
 * The base of all elements. A text given to a property is read as the attribute's would be: Vue, Svelte and React set a
 * property where an element has one, also to what stands in their markup, as in `<rnn-heatmap seed="1">`.
 */
import { LitElement, type ComplexAttributeConverter } from 'lit';

const finished = new WeakSet<typeof MarkupElement>();

export abstract class MarkupElement extends LitElement {
  /** Lit calls it once the class has all its properties, for its parents first. */
  protected static override finalize(): void {
    super.finalize();
    if (finished.has(this)) return;
    finished.add(this);
    for (const [name, { converter }] of this.elementProperties) {
      if (typeof converter === 'object' && Object.hasOwn(this.prototype, name)) readTexts(this.prototype, name, converter);
    }
  }
}

function readTexts(prototype: object, name: PropertyKey, { fromAttribute }: ComplexAttributeConverter): void {
  const accessor = Object.getOwnPropertyDescriptor(prototype, name);
  if (!accessor?.set || !fromAttribute) return;
  Object.defineProperty(prototype, name, {
    ...accessor,
    set(given: unknown) {
      const value = typeof given === 'string' ? fromAttribute(given) : given;
      // What is still a text was not understood, and is told as it was given.
      accessor.set!.call(this, typeof value === 'string' ? given : value);
    },
  });
}
