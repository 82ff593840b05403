// @ts-check
// A Vite plugin that keeps the lesson one chapter a file: in index.html, `<!-- chapter: NAME -->`
// is replaced by src/lesson/NAME.html before Vite looks for scripts and styles in the page. On the way
// the terms of the glossary are linked to their definitions.
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
        return inlineChapters(html, (name) => {
          try {
            const chapter = readFileSync(join(root, folder, `${name}.html`), 'utf8');
            return name === 'glossary' ? chapter : linkTerms(chapter, terms);
          } catch (cause) {
            const page = relative(root, filename);
            throw new Error(`${page} asks for the chapter "${name}", but there is no ${folder}/${name}.html`, { cause });
          }
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
