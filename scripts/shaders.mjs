// @ts-check
// A Vite plugin that leaves the comments out of the shaders that a build ships, which are two fifths of
// their bytes once compressed. Lines stay where they are, so that an error still names the author's.
// It is for the texts that are linked (`?raw&linked`): the project's WGSL is also read as a text, comments
// and all, by networks that learn from it.
import { readFile } from 'node:fs/promises';

/** A comment, with the blanks before it; the mark at a loop that is to be written out is none. */
const comment = / *\/\/(?! written out$).*$/gm;

/** @param {string} wgsl */
export function withoutComments(wgsl) {
  return wgsl.replace(comment, '');
}

/** @returns {import('vite').Plugin} */
export function shaders() {
  return {
    name: 'rnn-heatmap:shaders',
    enforce: 'pre',
    apply: 'build',
    load: {
      filter: { id: /\.wgsl\?raw&linked$/ },
      async handler(id) {
        const text = await readFile(id.slice(0, id.indexOf('?')), 'utf8');
        return `export default ${JSON.stringify(withoutComments(text))};`;
      },
    },
  };
}
