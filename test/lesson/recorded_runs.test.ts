import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { copyNetworks, recallNetworks } from '../../src/lesson/recall_networks';
import { copyRecord, recallRecord } from '../../src/lesson/recorded_runs';

test.each([
  ['copying', copyRecord, copyNetworks],
  ['recall', recallRecord, recallNetworks],
])('what is recorded of %s is of networks that race, and its command runs tests from the seeds that are told', (_name, { command, seeds, results }, networks) => {
  expect(results.map(({ network }) => network).toSorted()).toEqual(networks.map(({ name }) => name).toSorted());
  const pattern = /^npm run test:long -- (\w+)$/.exec(command)![1];
  const files = readdirSync('test/long/gpu').filter((file) => file.includes(pattern));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(readFileSync(`test/long/gpu/${file}`, 'utf8')).toContain(`seeds: [${seeds.match(/\d+/g)!.join(', ')}]`);
});
