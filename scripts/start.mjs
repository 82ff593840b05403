// @ts-check
// `npm start`: builds the page, serves it on a free port of 127.0.0.1, prints the address and opens
// the browser where there is one. PORT asks for a certain port. `npm run docs` does it with the reference page.
import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { serve } from './serve.mjs';

const { build } = await import('vite');
await build({ logLevel: 'warn' });
const { url, close } = await serve({ port: Number(process.env['PORT'] ?? 0) });
const page = `${url}${process.argv[2] ?? ''}`;
console.log(`rnn-heatmap is at ${page} (Ctrl+C ends it)`);
openBrowser(page);

function end() {
  close();
  process.exit(0);
}
process.once('SIGINT', end);
process.once('SIGTERM', end);
process.once('SIGHUP', end);
// npm passes those on, but cannot when it is killed outright; an orphan then ends itself. Between npm
// and this process there may be a shell, which outlives npm.
if (process.env['npm_lifecycle_event']) {
  const shell = process.ppid;
  const npm = parentOf(shell);
  setInterval(() => {
    if (process.ppid !== shell || parentOf(shell) !== npm) end();
  }, 1000).unref();
}

/**
 * The parent of a process, where /proc tells (elsewhere the shell that npm starts replaces itself).
 *
 * @param {number} pid
 */
function parentOf(pid) {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** Opens the address if this machine has a browser to open it in; a machine without one is no error. @param {string} address */
function openBrowser(address) {
  const command = opener();
  if (!command || process.env['CI']) return;
  const [program, ...args] = command;
  spawn(program, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

/** @returns {[string, ...string[]] | null} */
function opener() {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  const hasScreen = process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  return hasScreen && isOnPath('xdg-open') ? ['xdg-open'] : null;
}

/** @param {string} program */
function isOnPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
