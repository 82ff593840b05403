// @ts-check
// A Vite plugin that keeps the lesson one chapter a file: in index.html, `<!-- chapter: NAME -->`
// is replaced by src/lesson/NAME.html before Vite looks for scripts and styles in the page. On the way
// what several chapters share takes its place in them, and the terms of the glossary are linked to their definitions.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { linkTerms, termsOf } from './glossary.mjs';

const folder = 'src/lesson';

/**
 * The page with its chapters in place.
 *
 * @param {string} html
 * @param {(name: string) => string} chapter the contents of one chapter's file
 */
export function inlineChapters(html, chapter) {
  return html.replace(/<!--\s*chapter:\s*([\w-]+)\s*-->/g, (_comment, name) => chapter(name).trimEnd());
}

/**
 * A chapter with what it shares with others in place: `<!-- part: NAME key="value" … -->` becomes src/lesson/parts/NAME.html, with
 * the value where that has {key}. Throws where one of the two has a key that the other has not.
 *
 * @param {string} chapter
 * @param {(name: string) => string} part the contents of one part's file
 */
export function inlineParts(chapter, part) {
  return chapter.replace(/( *)<!--\s*part:\s*([\w-]+)((?:\s+[\w-]+="[^"]*")*)\s*-->/g, (_comment, indent, name, attributes) => {
    const values = new Map([...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
    const asked = new Set();
    const filled = part(name).trimEnd().replace(/\{([\w-]+)\}/g, (_place, key) => {
      asked.add(key);
      if (!values.has(key)) throw new Error(`the part "${name}" has a place for ${key}, and none is given`);
      return values.get(key);
    });
    const idle = [...values.keys()].find((key) => !asked.has(key));
    if (idle) throw new Error(`the part "${name}" has no place for ${idle}`);
    return filled.replace(/^(?=.)/gm, indent);
  });
}

/** @returns {import('vite').Plugin} */
export function chapters() {
  let root = '';
  return {
    name: 'rnn-heatmap:chapters',
    configResolved(config) {
      root = config.root;
    },
    transformIndexHtml: {
      order: 'pre',
      handler(html, { filename }) {
        const glossary = join(root, folder, 'glossary.html');
        const terms = existsSync(glossary) ? termsOf(readFileSync(glossary, 'utf8')) : [];
        /** @type {(name: string, asker: string) => string} */
        const file = (name, asker) => {
          try {
            return readFileSync(join(root, folder, `${name}.html`), 'utf8');
          } catch (cause) {
            throw new Error(`${asker}, but there is no ${folder}/${name}.html`, { cause });
          }
        };
        return inlineChapters(html, (name) => {
          const chapter = file(name, `${relative(root, filename)} asks for the chapter "${name}"`);
          const whole = inlineParts(chapter, (part) => file(`parts/${part}`, `${folder}/${name}.html asks for the part "${part}"`));
          return name === 'glossary' ? whole : linkTerms(whole, terms);
        });
      },
    },
    configureServer(server) {
      server.watcher.add(join(root, folder));
    },
    // Vite reloads a page when that page's own file changes; a chapter belongs to another one.
    hotUpdate({ file, server }) {
      const path = relative(root, file).replaceAll('\\', '/');
      if (path.startsWith(`${folder}/`) && path.endsWith('.html')) server.ws.send({ type: 'full-reload' });
    },
  };
}
