import { describe, expect, test } from 'vitest';
import { candidatePaths, flagSets } from '../../scripts/chromium_candidates.mjs';
import { commandToType, installPlan } from '../../scripts/chromium_install.mjs';

const debian = { platform: 'linux', distribution: 'debian', root: true, ci: false } as const;
const programs = (machine: Parameters<typeof installPlan>[0]) =>
  installPlan(machine).map((steps) => steps.map(({ command }) => command.find((word) => /apt-get|cli\.js|dnf/.test(word))));

describe('where a Chromium is looked for', () => {
  test('first where the reader says, then where Playwright keeps its own, then in the system', () => {
    const paths = candidatePaths({
      platform: 'linux',
      env: { CHROMIUM_PATH: '/my/chrome', PATH: '/usr/bin' },
      playwright: '/cache/chrome',
    });
    expect(paths.slice(0, 3)).toEqual(['/my/chrome', '/cache/chrome', '/usr/bin/chromium']);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test.each([
    ['darwin', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    ['win32', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
    ['linux', '/opt/google/chrome/chrome'],
  ] as const)('on %s, in the usual places', (platform, path) => {
    const env = { PROGRAMFILES: 'C:\\Program Files' };
    expect(candidatePaths({ platform, env, playwright: null })).toContain(path);
  });
});

describe('the command lines tried', () => {
  test('begin with the real GPU and end with the software one', () => {
    const [hardware, software] = flagSets({ platform: 'linux', root: false });
    expect(hardware?.args.join(' ')).not.toMatch(/swiftshader/);
    expect(software?.args).toEqual(
      expect.arrayContaining(['--use-webgpu-adapter=swiftshader', '--use-vulkan=swiftshader', '--use-angle=swiftshader']),
    );
  });

  test('give up the sandbox only as root', () => {
    const sandboxless = (root: boolean) =>
      flagSets({ platform: 'linux', root }).map(({ args }) => args.includes('--no-sandbox'));
    expect(sandboxless(false)).toEqual([false, false]);
    expect(sandboxless(true)).toEqual([true, true]);
  });
});

describe('a Chromium is installed', () => {
  test("on Debian as root from its package first, which brings the system's libraries", () => {
    expect(programs(debian)).toEqual([['apt-get', 'apt-get'], [expect.stringContaining('cli.js')]]);
  });

  test("by Playwright's download alone for a person without rights, and on Ubuntu, whose package is a stub", () => {
    const download = [[expect.stringContaining('cli.js')]];
    expect(programs({ ...debian, root: false })).toEqual(download);
    expect(programs({ ...debian, distribution: 'ubuntu' })).toEqual(download);
    expect(programs({ ...debian, platform: 'darwin', distribution: '' })).toEqual(download);
  });

  test('in CI with sudo, which must not ask for a password', () => {
    const [system] = installPlan({ ...debian, root: false, ci: true });
    expect(system?.map(({ command }) => command.slice(0, 3))).toEqual([
      ['sudo', '-n', 'apt-get'],
      ['sudo', '-n', 'apt-get'],
    ]);
  });

  test('within a minute where it is a download', () => {
    const steps = installPlan({ ...debian, distribution: 'ubuntu' }).flat();
    expect(steps.map(({ seconds }) => seconds)).toEqual([60]);
  });

  test('by hand with the command that is printed', () => {
    expect(commandToType({ ...debian, root: false })).toBe(
      'sudo apt-get -y update && sudo apt-get -y install --no-install-recommends chromium',
    );
    expect(commandToType({ ...debian, platform: 'darwin', distribution: '' })).toBe('brew install --cask google-chrome');
  });
});
