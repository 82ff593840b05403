import { describe, expect, test } from 'vitest';
import {
  type PlaywrightReport,
  type VitestReport,
  closingLine,
  sum,
  tallyCheck,
  tallyPlaywright,
  tallyVitest,
} from '../../scripts/tally.mjs';

const vitest = (passed: number, failed: number, files: VitestReport['testResults'] = []): VitestReport => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults: files,
});
const playwright = (stats: Partial<PlaywrightReport['stats']>, errors: PlaywrightReport['errors'] = []) => ({
  stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats },
  errors,
});

describe('a Vitest report', () => {
  test('counts what passed and what failed', () => {
    expect(tallyVitest(vitest(7, 2), 1)).toMatchObject({ passed: 7, failed: 2 });
  });

  test('counts a file that does not load as one failure', () => {
    const broken = { name: 'a.test.ts', status: 'failed', message: 'no such module', assertionResults: [] };
    const tally = tallyVitest(vitest(7, 0, [broken]), 1);
    expect(tally).toMatchObject({ passed: 7, failed: 1 });
    expect(tally.notes).toEqual(['a.test.ts failed outside its tests: no such module']);
  });

  test('counts a file whose tests failed only by its tests', () => {
    const file = { name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }] };
    expect(tallyVitest(vitest(0, 1, [file]), 1).failed).toBe(1);
  });

  test('says what was skipped', () => {
    expect(tallyVitest({ ...vitest(1, 0), numPendingTests: 2, numTodoTests: 1 }, 0).skipped).toBe(3);
  });

  test('is a failure when it holds no test', () => {
    expect(tallyVitest(vitest(0, 0), 0)).toMatchObject({ passed: 0, failed: 1, notes: ['no test ran'] });
  });

  test('is a failure when the runner failed for a reason outside every test', () => {
    expect(tallyVitest(vitest(7, 0), 1)).toMatchObject({ passed: 7, failed: 1 });
  });

  test('is a failure when it is not there, whatever the exit code', () => {
    expect(tallyVitest(null, 0)).toMatchObject({ passed: 0, failed: 1 });
    expect(tallyVitest(null, null).failed).toBe(1);
  });
});

describe('a Playwright report', () => {
  test('counts what passed and what failed', () => {
    expect(tallyPlaywright(playwright({ expected: 3, unexpected: 1, skipped: 2 }), 1)).toMatchObject({
      passed: 3,
      failed: 1,
      skipped: 2,
    });
  });

  test('counts an error outside the tests', () => {
    const tally = tallyPlaywright(playwright({ expected: 3 }, [{ message: 'the server did not start' }]), 1);
    expect(tally).toMatchObject({ passed: 3, failed: 1, notes: ['the server did not start'] });
  });

  test('is a failure when it holds no test', () => {
    expect(tallyPlaywright(playwright({}), 0).failed).toBe(1);
  });
});

test('a run closes with the sum of its stages', () => {
  const total = sum([tallyCheck(true), tallyCheck(false), tallyVitest(vitest(7, 2), 1)]);
  expect(closingLine(total)).toBe('8 passed, 3 failed');
});
