// @ts-check
// A static server for the built page, on 127.0.0.1 only, under the project's
// Content-Security-Policy. `npm start` and the end-to-end tests serve with this one file, so what a
// reader gets is what was tested.
//
//   node scripts/serve.mjs [--port N] [--base /some/folder/]
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contentSecurityPolicy } from './content_security_policy.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {Record<string, string>} */
const mediaTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
};

/**
 * The file a request names, inside `folder` and under `base`; null if it names none.
 *
 * @param {string} folder absolute
 * @param {string} base the path the folder is served under, with a slash at both ends
 * @param {string} url the request's path and query
 * @returns {string | null}
 */
export function requestedFile(folder, base, url) {
  let path;
  try {
    path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
  } catch {
    return null; // a lone percent sign
  }
  if (!path.startsWith(base) || path.includes('\0')) return null;
  let file = normalize(join(folder, path.slice(base.length)));
  if (path.endsWith('/')) file = join(file, 'index.html');
  return file.startsWith(folder + sep) ? file : null;
}

/**
 * Serves a folder. Port 0 takes a free one. Resolves to the address of the folder's index page.
 *
 * @param {{folder?: string, port?: number, base?: string, headers?: Record<string, string>}} [options]
 * @returns {Promise<{url: string, close(): void}>}
 */
export function serve({ folder = join(root, 'dist'), port = 0, base = '/', headers = { 'Content-Security-Policy': contentSecurityPolicy } } = {}) {
  const server = createServer((request, response) => {
    const file = requestedFile(folder, base, request.url ?? '/');
    const stats = file ? statSync(file, { throwIfNoEntry: false }) : undefined;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-cache');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    } else if (!file || !stats?.isFile()) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('not found\n');
    } else {
      response.writeHead(200, {
        'Content-Type': mediaTypes[extname(file)] ?? 'application/octet-stream',
        'Content-Length': stats.size,
      });
      if (request.method === 'HEAD') response.end();
      else createReadStream(file).on('error', () => response.destroy()).pipe(response);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const taken = typeof address === 'object' && address ? address.port : port;
      resolve({
        url: `http://127.0.0.1:${taken}${base}`,
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, base: { type: 'string' } } });
  if (!statSync(join(root, 'dist', 'index.html'), { throwIfNoEntry: false })) {
    console.error('serve: there is no dist/index.html; run `npm run build` first');
    process.exit(1);
  }
  const { url } = await serve({ port: Number(values.port ?? 0), base: values.base ?? '/' });
  console.log(url);
}
