import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentSecurityPolicy } from '../../scripts/content_security_policy.mjs';
import { requestedFile, serve } from '../../scripts/serve.mjs';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rnn-heatmap-serve-'));
  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'site', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'site', 'app.js'), 'export {};');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** One request whose path is sent as it is: fetch would tidy the dots away. */
function answer(url: string, path: string, method = 'GET') {
  return new Promise<{ status?: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the server', () => {
  test('sends every answer, a missing page included, under the policy', async () => {
    const { url, close } = await serve({ folder: join(folder, 'site') });
    try {
      for (const path of ['/', '/app.js', '/nothing-here']) {
        expect((await answer(url, path)).headers['content-security-policy']).toBe(contentSecurityPolicy);
      }
    } finally {
      close();
    }
  });

  test('serves from a sub-folder, and nothing beside it', async () => {
    const { url, close } = await serve({ folder: join(folder, 'site'), base: '/deep/er/' });
    try {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/deep\/er\/$/);
      expect(await answer(url, '/deep/er/')).toMatchObject({ status: 200, body: '<!doctype html>' });
      expect(await answer(url, '/')).toMatchObject({ status: 404 });
      const script = await answer(url, '/deep/er/app.js?v=1');
      expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    } finally {
      close();
    }
  });

  test('leaves its folder for no spelling of a path', async () => {
    const { url, close } = await serve({ folder: join(folder, 'site') });
    try {
      for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/%', '/%00']) {
        expect(await answer(url, path)).toMatchObject({ status: 404, body: 'not found\n' });
      }
    } finally {
      close();
    }
  });

  test('takes no other method than reading', async () => {
    const { url, close } = await serve({ folder: join(folder, 'site') });
    try {
      expect(await answer(url, '/', 'POST')).toMatchObject({ status: 405 });
      expect(await answer(url, '/', 'HEAD')).toMatchObject({ status: 200, body: '' });
    } finally {
      close();
    }
  });
});

test('a folder is answered with its index page', () => {
  expect(requestedFile('/site', '/', '/')).toBe('/site/index.html');
  expect(requestedFile('/site', '/base/', '/base/part/?q#h')).toBe('/site/part/index.html');
});

test('the policy allows no eval, no inline code and no other origin', () => {
  expect(contentSecurityPolicy).toMatch(/^default-src 'none'; /);
  expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:/);
  expect(contentSecurityPolicy).toContain("require-trusted-types-for 'script'");
});
