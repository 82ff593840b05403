/** The texts that a character model can be trained on without having one's own. */
import { wrappedQuotes } from './wrapped_quotes';

export interface ShippedText {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  load(): Promise<string>;
}

export const shippedTexts: readonly ShippedText[] = [
  {
    name: 'wrapped_quotes',
    title: 'Lines and quotations',
    description: 'Made for this: small sentences, some quoted in capitals, in lines of 24 characters. To foresee the end of a line, a cell must count; to foresee the closing quote, one must remember.',
    load: async () => wrappedQuotes(),
  },
  {
    name: 'shaders',
    title: 'The shaders of this page',
    description: 'The WGSL that trains the network, read by the network it trains.',
    load: async () => (await import('./shader_sources')).shaderSources,
  },
];
