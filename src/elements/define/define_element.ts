/**
 * Gives a class its tag, unless the tag is taken: by another copy of this package, or by a page's own element, and then
 * it keeps what it has. Where there are no custom elements (a server) nothing happens.
 */
export function defineElement(tag: string, element: CustomElementConstructor): void {
  if (globalThis.customElements?.get(tag) === undefined) globalThis.customElements?.define(tag, element);
}
