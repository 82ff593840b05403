// What people bring to validation: shapes and options of their own, and files that are not what they say.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { CaseVerdict } from '../golden/verdict';
import { writtenCase, type WrittenCase, type WrittenConfig } from '../golden/written_case';

const script = fileURLToPath(new URL('../../scripts/validate.mjs', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/golden', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'rnn-heatmap-validate-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let folder: string;
let folders = 0;
beforeEach(() => {
  folder = join(scratch, String(folders++));
  mkdirSync(folder);
});

function put(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

function validate(...options: string[]) {
  const json = join(scratch, 'verdicts.json');
  rmSync(json, { force: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder, '--engine', 'cpu', '--json', json, ...options], { encoding: 'utf8' });
  const { cases } = JSON.parse(readFileSync(json, 'utf8')) as { cases: CaseVerdict[] };
  return { status, stdout, stderr, cases, of: (name: string) => cases.find((verdict) => verdict.name === name) };
}

const plain: WrittenConfig = { kind: 'lstm', input_size: 3, hidden_size: 5, num_layers: 1, bidirectional: false, bias: true, batch_first: false, batch: 3, seq_len: 6, states: ['h0', 'c0'] };

test('shapes and options of any kind are judged', async () => {
  const brought: Record<string, WrittenConfig> = {
    one: { ...plain, input_size: 1, hidden_size: 1, batch: 1, seq_len: 1, states: [] },
    unsorted: { ...plain, kind: 'gru', bidirectional: true, batch_first: true, lengths: [2, 6, 4], states: ['h0'] },
    short: { ...plain, lengths: [3, 1, 2] },
    deep: { ...plain, kind: 'gru_reset_before', num_layers: 4, hidden_size: 37, bias: false, bidirectional: true, batch_first: true, states: [] },
    only_c0: { ...plain, states: ['c0'] },
    only_h0: { ...plain, bidirectional: true, num_layers: 2, states: ['h0'] },
    elman: { ...plain, kind: 'rnn', states: [], batch: 1 },
    peephole: { ...plain, kind: 'lstm_peephole', bidirectional: true, lengths: [2, 6, 4] },
    oldest: { ...plain, kind: 'lstm_1997', num_layers: 2, states: [] },
    projected: { ...plain, proj_size: 2, num_layers: 2, bidirectional: true, batch_first: true, lengths: [6, 1, 3] },
  };
  for (const [name, config] of Object.entries(brought)) put(`${name}.json`, await writtenCase(name, config));
  const { status, cases, stdout } = validate();
  expect(cases.map(({ name, status: verdict, reason }) => [name, verdict, reason])).toEqual(Object.keys(brought).toSorted().map((name) => [name, 'pass', undefined]));
  expect(status).toBe(0);
  expect(stdout).toContain('cpu: 10 passed, 0 failed, 0 unsupported');
  for (const { tensors, engine } of cases) {
    expect(engine).toBe('cpu');
    expect(tensors.map(({ name }) => name)).toEqual(expect.arrayContaining(['y', 'h_n', 'loss', 'grad.x', 'grad.h0', 'grad.weight_hh_l0']));
    for (const { diff, bound } of tensors) expect(diff).toBeLessThanOrEqual(bound!);
  }
}, 60_000);

test('wrong numbers fail by the tensor’s name, and nothing else of the case does', async () => {
  const written = await writtenCase('wrong', plain);
  (written.tensors.c_n.data as number[])[2] += 1e-5;
  put('wrong.json', written);
  const { status, of } = validate('--forward');
  expect(status).toBe(1);
  expect(of('wrong')).toMatchObject({ status: 'fail', kind: 'lstm' });
  expect(of('wrong')!.tensors.filter(({ status: verdict }) => verdict !== 'pass')).toMatchObject([{ name: 'c_n', status: 'fail', diff: expect.closeTo(1e-5, 7) as number }]);
});

test('a tensor that no run leaves behind is unsupported by name, and its case is then no pass', async () => {
  const written = await writtenCase('more', plain);
  written.groups.expected.push('entropy');
  written.tensors.entropy = { dtype: 'float32', shape: [1], data: [1] };
  put('more.json', written);
  put('deep.json', { ...(await writtenCase('deep', { ...plain, num_layers: 2 })), groups: {} });
  const { of, status } = validate('--forward');
  expect(of('more')!.tensors.filter(({ status: verdict }) => verdict !== 'pass')).toMatchObject([{ name: 'entropy', status: 'unsupported', diff: null }]);
  expect(of('more')!.status).toBe('unsupported');
  expect(status).toBe(1); // nothing passed
});

describe('what cannot be run is named, and the rest goes on:', () => {
  const broken: [string, (written: WrittenCase) => unknown, string][] = [
    ['cut short', (written) => JSON.stringify(written).slice(0, 500), 'not JSON'],
    ['without a format', (written) => ({ ...written, format: undefined }), 'no format'],
    ['without a kind', (written) => ({ ...written, kind: undefined }), 'kind'],
    ['without groups', (written) => ({ ...written, groups: undefined }), 'groups'],
    ['naming a tensor it does not have', (written) => ({ ...written, groups: { ...written.groups, expected: ['y', 'ghost'] } }), 'ghost'],
    ['with fewer values than the shape holds', (written) => ({ ...written, tensors: { ...written.tensors, x: { ...written.tensors.x, data: [1, 2] } } }), 'tensor x'],
    ['with bytes that are no base64', (written) => ({ ...written, tensors: { ...written.tensors, x: { ...written.tensors.x, data: '%%%' } } }), 'base64'],
    ['with an unknown dtype', (written) => ({ ...written, tensors: { ...written.tensors, x: { ...written.tensors.x, dtype: 'bfloat16' } } }), 'bfloat16'],
    ['with a weight missing', (written) => ({ ...written, groups: { ...written.groups, params: written.groups.params.slice(1) } }), 'weight_ih_l0'],
    ['with a configuration that contradicts its weights', (written) => ({ ...written, config: { ...written.config, hidden_size: 6 } }), 'weight_ih_l0'],
    ['with a length of 0', (written) => ({ ...written, config: { ...written.config, lengths: [0, 1, 2] } }), 'lengths'],
    ['with NaN in its input', (written) => ({ ...written, tensors: { ...written.tensors, x: { dtype: 'float32', shape: [1, 1, 1], data: 'AADAfw==' } } }), 'x'],
  ];

  test('a malformed case is a failure that names the file', async () => {
    const good = await writtenCase('good', plain);
    put('good.json', good);
    broken.forEach(([, damage], i) => put(`broken${i}.json`, damage({ ...structuredClone(good), name: `broken${i}` })));
    const { status, cases, stdout, stderr } = validate('--forward');
    expect(status).toBe(1);
    expect(stderr).toBe('');
    expect(cases.find(({ name }) => name === 'good')!.status).toBe('pass');
    broken.forEach(([what, , part], i) => {
      const verdict = cases.find(({ name }) => name.startsWith(`broken${i}`) && /^broken\d+(\.json)?$/.test(name) && Number(/\d+/.exec(name)![0]) === i);
      expect(verdict, what).toMatchObject({ status: 'fail', engine: 'cpu' });
      expect(verdict!.reason, what).toContain(`broken${i}.json`);
      expect(verdict!.reason, what).toContain(part);
    });
    expect(stdout).toContain(`1 passed, ${broken.length} failed`);
  });

  test('kinds and options we do not have are unsupported, tensor by tensor', async () => {
    const good = await writtenCase('good', plain);
    put('good.json', good);
    const others: [string, Partial<WrittenCase>][] = [
      ['rwkv', { kind: 'rwkv' }],
      ['peephole', { config: { ...good.config, peephole: true } }],
      ['projected', { kind: 'gru', config: { ...good.config, proj_size: 2 } }],
      ['extra', { groups: { ...good.groups, params: [...good.groups.params, 'R'] } }],
      ['softsign', { kind: 'rnn', config: { ...good.config, nonlinearity: 'softsign' } }],
    ];
    for (const [name, change] of others) put(`${name}.json`, { ...good, ...change, name });
    const { status, of } = validate('--forward');
    expect(status).toBe(0);
    for (const [name] of others) {
      expect(of(name)).toMatchObject({ status: 'unsupported' });
      expect(of(name)!.tensors.map((tensor) => tensor.status)).toEqual(Array.from({ length: of(name)!.tensors.length }, () => 'unsupported'));
      expect(of(name)!.tensors.length).toBeGreaterThan(3);
    }
  });

  test('JSON that is no case is skipped by name', async () => {
    put('good.json', await writtenCase('good', plain));
    put('index.json', [{ name: 'good' }]);
    put('package.json', { name: 'mine' });
    put('later.json', { format: 'rnn-oracle/2', tensors: {} });
    const { status, cases, stdout } = validate('--forward');
    expect(status).toBe(0);
    expect(cases.length).toBe(1);
    for (const file of ['index.json', 'package.json', 'later.json']) expect(stdout).toContain(`skipped ${file}`);
  });
});

test('--only takes the cases whose name it matches; --forward leaves gradients out, and without it they are judged', () => {
  folder = fixtures;
  const forward = validate('--only', '^gru(_bi)?$', '--forward');
  expect(forward.cases.map(({ name, status }) => [name, status])).toEqual([['gru', 'pass'], ['gru_bi', 'pass']]);
  expect(forward.of('gru_bi')!.tensors.map(({ name }) => name)).toEqual(['loss', 'y', 'h_n', 'step.r', 'step.z', 'step.n', 'step_reverse.r', 'step_reverse.z', 'step_reverse.n']);
  expect(forward.status).toBe(0);
  const whole = validate('--only', '^gru_bi$');
  expect(whole.of('gru_bi')!.status).toBe('pass');
  expect(whole.of('gru_bi')!.tensors.map(({ name }) => name)).toEqual(expect.arrayContaining(['grad.x', 'grad.weight_hh_l0_reverse', 'step.dh', 'step_reverse.dh']));
  expect(whole.status).toBe(0);
});

test.each([
  [[], 'which folder?'],
  [['a', 'b'], 'one folder'],
  [['no/such/folder'], 'no/such/folder'],
  [['.', '--engine', 'tpu'], 'cpu, gpu or both'],
  [['.', '--only', '('], '--only'],
  [['.', '--wrong'], '--wrong'],
  [['.', '--json', 'no/such/folder/out.json'], '--json'],
])('arguments %j are refused with the usage and exit code 2', (args, part) => {
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', cwd: scratch });
  expect(status).toBe(2);
  expect(stderr).toContain(part);
  expect(stderr).toContain('usage: npm run validate');
});
