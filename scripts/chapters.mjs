// @ts-check
// A Vite plugin that keeps the lesson one chapter a file: in index.html, `<!-- chapter: NAME -->`
// is replaced by src/lesson/NAME.html before Vite looks for scripts and styles in the page.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

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
        return inlineChapters(html, (name) => {
          try {
            return readFileSync(join(root, folder, `${name}.html`), 'utf8');
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
