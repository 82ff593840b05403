// @ts-check
// Counts what a test runner reported: pure functions from a JSON report and an exit code. A runner
// that fails without naming a failed test (a file that does not load, an error outside every test, a
// crash before the report) still counts as one failure, and so does one that ran nothing.

/**
 * @typedef {{passed: number, failed: number, skipped: number, notes: string[]}} Tally
 *   notes: what a person should read besides the counts
 *
 * @typedef {{numPassedTests: number, numFailedTests: number, numPendingTests?: number, numTodoTests?: number,
 *   testResults: {name: string, status: string, message?: string, assertionResults: {status: string}[]}[]}} VitestReport
 *
 * @typedef {{stats: {expected: number, unexpected: number, flaky: number, skipped: number},
 *   errors?: {message?: string}[]}} PlaywrightReport
 */

/** A check that either holds or does not. @param {boolean} holds @returns {Tally} */
export function tallyCheck(holds) {
  return { passed: holds ? 1 : 0, failed: holds ? 0 : 1, skipped: 0, notes: [] };
}

/** @param {VitestReport | null} report @param {number | null} exitCode @returns {Tally} */
export function tallyVitest(report, exitCode) {
  if (!report) return withoutReport(exitCode);
  const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const notes = broken.map(({ name, message }) => `${name} failed outside its tests: ${message ?? ''}`.trim());
  return suspicious(
    { passed: report.numPassedTests, failed: report.numFailedTests + broken.length, skipped, notes },
    exitCode,
  );
}

/** @param {PlaywrightReport | null} report @param {number | null} exitCode @returns {Tally} */
export function tallyPlaywright(report, exitCode) {
  if (!report) return withoutReport(exitCode);
  const { expected, unexpected, flaky, skipped } = report.stats;
  const errors = report.errors ?? [];
  const notes = errors.map(({ message }) => message ?? 'an error without a message');
  return suspicious({ passed: expected + flaky, failed: unexpected + errors.length, skipped, notes }, exitCode);
}

/** @param {Tally[]} tallies @returns {Tally} */
export function sum(tallies) {
  return tallies.reduce((total, { passed, failed, skipped, notes }) => ({
    passed: total.passed + passed,
    failed: total.failed + failed,
    skipped: total.skipped + skipped,
    notes: [...total.notes, ...notes],
  }));
}

/** The line a run closes with. @param {Tally} tally */
export function closingLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}

/** @param {number | null} exitCode @returns {Tally} */
function withoutReport(exitCode) {
  return { passed: 0, failed: 1, skipped: 0, notes: [`the runner left no report (exit code ${exitCode})`] };
}

/** Never green by silence. @param {Tally} tally @param {number | null} exitCode @returns {Tally} */
function suspicious(tally, exitCode) {
  if (tally.failed > 0) return tally;
  if (exitCode !== 0) {
    const note = `the runner failed (exit code ${exitCode}) without a failed test`;
    return { ...tally, failed: 1, notes: [...tally.notes, note] };
  }
  if (tally.passed === 0) return { ...tally, failed: 1, notes: [...tally.notes, 'no test ran'] };
  return tally;
}
