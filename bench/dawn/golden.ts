/** What PyTorch wrote, against what this adapter computes. */
import { createEngine } from '../../src/engine';
import { goldenFile, goldenRuns } from '../../test/golden/golden_set';
import { gpuPieces } from '../../test/golden/gpu_pieces';
import { judge } from '../../test/golden/verdict';

export interface GoldenResult {
  readonly passed: number;
  /** Name, form and what was off, of those that did not pass. */
  readonly failures: readonly string[];
}

export async function golden(report: (line: string) => void): Promise<GoldenResult> {
  const engine = await createEngine({ device: 'gpu' });
  const pieces = await gpuPieces();
  const failures: string[] = [];
  try {
    for (const { golden: each, form } of goldenRuns) {
      const { status, tensors, reason } = await judge({ engine, pieces, file: goldenFile }, each, false, form);
      if (status === 'pass') continue;
      const off = tensors.filter((tensor) => tensor.status !== 'pass').map(({ name, diff, bound }) => `${name} ${diff} > ${bound}`);
      failures.push(`${each.name} ${form ?? ''}: ${reason ?? off.join(', ')}`);
      report(failures[failures.length - 1]);
    }
  } finally {
    engine.release();
    pieces.release();
  }
  report(`${goldenRuns.length - failures.length} passed, ${failures.length} failed`);
  return { passed: goldenRuns.length - failures.length, failures };
}
