// What README.md tells an author to paste, as it stands there.
import { readFileSync } from 'node:fs';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const found = /^## Embed it\n+```html\n([^]+?)\n```/m.exec(readme);
if (!found) throw new Error('README.md: the section "Embed it" does not begin with a block of HTML');

/** The script tag and the element. */
export const snippet = found[1];
const split = /^(<script type="module" src="[^"]+"><\/script>)\n(<rnn-heatmap [^>]+><\/rnn-heatmap>)$/.exec(snippet);
if (!split) throw new Error('README.md: the snippet is no longer one script tag and one element, each on its line');
export const [, scriptTag, element] = split;

/** The name of the grid that it shows. */
export const gridName = 'h, hidden state (LSTM of 8 units), 8 units by 8 steps';
