// @ts-check
// The elements as JSX knows them in React 19, which sets properties where an element has them, and
// listens for `entry-focus` under the name `onentry-focus`. Types come from the classes themselves.
import { elementsIn, propertiesOf } from './elements_manifest.mjs';

/** @typedef {import('./elements_manifest.mjs').Declaration} Declaration */
/** @typedef {import('./elements_manifest.mjs').Manifest} Manifest */

/** The text of react.d.ts. @param {Manifest} manifest */
export function reactTypes(manifest) {
  const elements = elementsIn(manifest);
  const events = elements.flatMap(({ events: fired = [] }) => fired.map(({ type }) => type.text));
  const names = [...elements.map(({ name }) => name), ...new Set(events)].toSorted();
  return `/** The elements in JSX, for React 19: \`import 'rnn-heatmap/react'\` once, and \`<rnn-heatmap text="…" />\` is known and checked. */
import type { ClassAttributes, HTMLAttributes } from 'react';
import type { ${names.join(', ')} } from './elements/index.js';

/** What an element of this package takes: its own properties, and what every HTML element has. A number in \`hidden\` is one of units. */
type Props<E extends HTMLElement, Own extends keyof E> = Omit<HTMLAttributes<E>, Own | 'hidden'> & ClassAttributes<E> & Partial<Pick<E, Own>> & { class?: string; hidden?: boolean | number | undefined };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
${elements.map(intrinsic).join('\n')}
    }
  }
}
`;
}

/** @param {Declaration} element */
function intrinsic(element) {
  const properties = propertiesOf(element).map(({ name }) => `'${name}'`);
  const listeners = (element.events ?? []).map(({ name, type }) => `'on${name}'?: (event: ${type.text}) => void`);
  const props = `Props<${element.name}, ${properties.join(' | ')}>`;
  return `      '${element.tagName}': ${props}${listeners.length > 0 ? ` & { ${listeners.join('; ')} }` : ''};`;
}
