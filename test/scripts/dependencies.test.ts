import { describe, expect, test } from 'vitest';
import { type Lockfile, type Platform, reasonToInstall, thisPlatform } from '../../scripts/dependencies.mjs';

const linux: Platform = { os: 'linux', cpu: 'x64', libc: 'glibc' };
const musl: Platform = { ...linux, libc: 'musl' };
const lock: Lockfile = {
  packages: {
    '': {},
    'node_modules/lit': { version: '3.3.3' },
    'node_modules/@x/linux': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'node_modules/@x/mac': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
    'node_modules/@x/wasm': { version: '1.0.0', optional: true },
  },
};
const complete: Lockfile = {
  packages: { 'node_modules/lit': { version: '3.3.3' }, 'node_modules/@x/linux': { version: '1.0.0' } },
};
const everythingIsThere = () => true;

describe('packages are installed', () => {
  test('when node_modules has no record of a finished install', () => {
    expect(reasonToInstall(lock, null, everythingIsThere, linux)).toMatch(/missing or its install was interrupted/);
  });

  test('when the lockfile names a package that was not installed', () => {
    const before = { packages: { 'node_modules/@x/linux': { version: '1.0.0' } } };
    expect(reasonToInstall(lock, before, everythingIsThere, linux)).toMatch(/older.*node_modules\/lit is not installed/);
  });

  test('when the lockfile asks for another version', () => {
    const before = { packages: { ...complete.packages, 'node_modules/lit': { version: '3.3.2' } } };
    expect(reasonToInstall(lock, before, everythingIsThere, linux)).toMatch(/lit is 3\.3\.2, not 3\.3\.3/);
  });

  test('when a package that was installed is no longer on disk', () => {
    const withoutLit = (folder: string) => folder !== 'node_modules/lit';
    expect(reasonToInstall(lock, complete, withoutLit, linux)).toMatch(/incomplete: node_modules\/lit is gone/);
  });

  test("when node_modules holds another platform's bindings", () => {
    const onMac = { packages: { 'node_modules/lit': { version: '3.3.3' }, 'node_modules/@x/mac': { version: '1.0.0' } } };
    expect(reasonToInstall(lock, onMac, everythingIsThere, linux)).toMatch(/@x\/linux is not installed/);
  });
});

describe('packages are left alone', () => {
  test('when all that this platform needs is there', () => {
    expect(reasonToInstall(lock, complete, everythingIsThere, linux)).toBeNull();
  });

  test('when only a binding for another C library is missing', () => {
    const withoutBinding = { packages: { 'node_modules/lit': { version: '3.3.3' } } };
    expect(reasonToInstall(lock, withoutBinding, everythingIsThere, musl)).toBeNull();
  });
});

test("this machine's platform is named as npm names it", () => {
  const { os, cpu, libc } = thisPlatform();
  expect([os, cpu]).toEqual([process.platform, process.arch]);
  expect(libc === null).toBe(process.platform !== 'linux');
});
