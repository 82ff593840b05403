// The service worker in a world made of two maps: a server, and what the browser keeps.
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { serviceWorkerFor } from '../../scripts/offline.mjs';

const SITE = 'https://example.org/lesson/';
const source = readFileSync('src/lesson/service_worker.js', 'utf8');

interface Answer {
  readonly body: string;
  readonly status: number;
  readonly redirected: boolean;
  clone(): Answer;
}

function answerOf(body: string, { status = 200, redirected = false } = {}): Answer {
  return { body, status, redirected, clone: () => answerOf(body, { status, redirected }) };
}

/** A browser that visits a site: what is kept stays when another worker takes over. */
class Visit {
  readonly server = new Map<string, Answer>();
  readonly kept = new Map<string, Answer>();
  offline = false;
  /** What was asked of the server. */
  asked: string[] = [];
  #listeners = new Map<string, (event: unknown) => void>();

  serve(file: string, body: string, options?: Parameters<typeof answerOf>[1]): void {
    this.server.set(SITE + file, answerOf(body, options));
  }

  /** Installs the worker of a build. */
  async install(files: readonly string[]): Promise<void> {
    this.#listeners = new Map();
    const fetch = async (request: string | { url: string }) => {
      const address = (typeof request === 'string' ? request : request.url).replace(/[?#].*$/, '');
      if (this.offline) throw new TypeError('Failed to fetch');
      this.asked.push(address.replace(SITE, ''));
      return this.server.get(address) ?? answerOf('not found', { status: 404 });
    };
    const cache = {
      match: async (name: string) => this.kept.get(name),
      put: async (name: string, answer: Answer) => void this.kept.set(name, answer),
      keys: async () => [...this.kept.keys()].map((url) => ({ url })),
      delete: async ({ url }: { url: string }) => this.kept.delete(url),
    };
    const self = {
      registration: { scope: SITE },
      addEventListener: (name: string, listener: (event: unknown) => void) => this.#listeners.set(name, listener),
      skipWaiting: () => {},
      clients: { claim: async () => {} },
    };
    runInNewContext(serviceWorkerFor(source, files), { self, fetch, URL, caches: { open: async () => cache } });
    await this.#tell('install');
    await this.#tell('activate');
  }

  /** Tells the worker what a page had fetched before. */
  keep(...files: string[]): Promise<void> {
    return this.#tell('message', { data: files.map((file) => SITE + file) });
  }

  /** The text that a page gets; undefined where the worker leaves it to the browser. */
  async open(file: string, method = 'GET'): Promise<string | undefined> {
    let answer: Promise<Answer> | undefined;
    await this.#tell('fetch', { request: { url: file.includes(':') ? file : SITE + file, method }, respondWith: (given: Promise<Answer>) => (answer = given) });
    return (await answer)?.body;
  }

  async #tell(name: string, event: object = {}): Promise<void> {
    let wait: Promise<unknown> | undefined;
    this.#listeners.get(name)?.({ ...event, waitUntil: (work: Promise<unknown>) => (wait = work) });
    await wait;
  }
}

async function visited(): Promise<Visit> {
  const visit = new Visit();
  visit.serve('', 'the page');
  visit.serve('assets/a-1.js', 'one');
  await visit.install(['index.html', 'assets/a-1.js', 'models/lstm.safetensors']);
  return visit;
}

describe('without a network', () => {
  test('what was opened is there, under whatever settings of its address', async () => {
    const visit = await visited();
    await visit.open('?only=race');
    await visit.open('assets/a-1.js');
    visit.offline = true;
    expect(await visit.open('?hide=dock#v=1')).toBe('the page');
    expect(await visit.open('assets/a-1.js')).toBe('one');
    await expect(visit.open('models/lstm.safetensors')).rejects.toThrow('Failed to fetch');
  });

  test('what a page had fetched before the worker was there is kept, and nothing else', async () => {
    const visit = await visited();
    visit.serve('elsewhere.json', '{}');
    await visit.keep('?only=race#v=1', 'assets/a-1.js', 'elsewhere.json');
    visit.offline = true;
    expect(await visit.open('')).toBe('the page');
    expect(await visit.open('assets/a-1.js')).toBe('one');
    expect([...visit.kept.keys()]).toEqual([`${SITE}index.html`, `${SITE}assets/a-1.js`]);
  });

  test('an error or a redirected page is not kept', async () => {
    const visit = await visited();
    visit.serve('', 'gone away', { redirected: true });
    visit.serve('assets/a-1.js', 'out of order', { status: 503 });
    await visit.keep('', 'assets/a-1.js');
    expect(await visit.open('assets/a-1.js')).toBe('out of order');
    expect(visit.kept.size).toBe(0);
  });
});

describe('with a network', () => {
  test('a page is always the server’s latest, and what has its contents in its name is asked for once', async () => {
    const visit = await visited();
    for (const text of ['the page', 'the page, mended']) {
      visit.serve('', text);
      expect(await visit.open('')).toBe(text);
      expect(await visit.open('assets/a-1.js')).toBe('one');
    }
    expect(visit.asked).toEqual(['', 'assets/a-1.js', '']);
  });

  test('the worker of a new build forgets what only the old one had, and keeps the rest', async () => {
    const visit = await visited();
    visit.serve('assets/b-1.js', 'two');
    await visit.install(['index.html', 'assets/a-1.js', 'assets/b-1.js']);
    for (const file of ['', 'assets/a-1.js', 'assets/b-1.js']) await visit.open(file);
    await visit.install(['index.html', 'assets/a-1.js', 'assets/b-2.js']);
    expect([...visit.kept.keys()]).toEqual([`${SITE}index.html`, `${SITE}assets/a-1.js`]);
  });

  test('what is none of the build’s, or no reading, is left to the browser', async () => {
    const visit = await visited();
    expect(await visit.open('another/page.html')).toBeUndefined();
    expect(await visit.open('https://elsewhere.org/lesson/index.html')).toBeUndefined();
    expect(await visit.open('', 'POST')).toBeUndefined();
    expect(visit.asked).toEqual([]);
  });
});
