import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCallTimes } from '../../../local/tools/smoke/call-times';
import { statementCases } from '../../../local/tools/smoke/cases/statement-cases';
import { createCleanup } from '../../../local/tools/smoke/cleanup';
import { stepsPipeline, writeSmokeSchemas } from '../../../local/tools/smoke/smoke-files';
import { readSmokeOptions } from '../../../local/tools/smoke/smoke-options';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { statements } from '../../shared/sql/statements';

it('the smoke test runs every statement, and says what each assumes', () => {
  const defined = statements.map(([, { name }]) => name);
  expect([...new Set(statementCases.map(({ name }) => name))].sort()).toEqual(defined.sort());
  for (const { assumes } of statementCases) expect(assumes).toMatch(/^[A-Z].{10,}\.$/);
});

it('tries what it is told to', () => {
  const read = (args: string, environment = {}) => readSmokeOptions(args.split(' '), environment);
  expect(read('--project p --location EU --bucket b')).toEqual({
    projectId: 'p',
    location: 'EU',
    bucket: 'b',
    httpUrl: undefined,
    gcsDirectory: undefined,
    where: 'project',
  });
  expect(read('--local')).toMatchObject({ projectId: 'local', location: 'US', where: 'box' });
  const hosts = { BIGQUERY_EMULATOR_HOST: 'http://box:9050', PUBSUB_EMULATOR_HOST: 'box:8085' };
  expect(read('--location EU', hosts)).toMatchObject({ location: 'EU', where: 'servers' });
  expect(() => read('--project p --location EU', { PUBSUB_EMULATOR_HOST: 'box:8085' })).toThrow(
    'both or none',
  );
  expect(() => read('--project p')).toThrow('--location is missing');
  expect(() => read('--location EU')).toThrow('--project is missing');
  expect(() => read('--local --http-url http://x')).toThrow('expected https');
  expect(read('--gcs .data/gcs', hosts)).toMatchObject({ gcsDirectory: '.data/gcs', where: 'servers' });
  expect(() => read('--local --gcs .data/gcs')).toThrow('--gcs is for servers');
  expect(() => read('--bucket b', hosts)).toThrow('--bucket: expected --gcs as well');
});

it('removes what came last first, goes on after a failure, and makes nothing more', async () => {
  const cleanup = createCleanup();
  const removed: string[] = [];
  for (const what of ['first', 'second', 'third']) {
    cleanup.add(what, async () => {
      removed.push(what);
      if (what === 'second') throw new Error('is in use');
    });
  }
  cleanup.close();
  expect(() => cleanup.add('late', async () => undefined)).toThrow('Interrupted');
  expect(await cleanup.removeAll()).toEqual(['second: is in use']);
  expect(removed).toEqual(['third', 'second', 'first']);
});

it('tells how long calls of each kind took, those that failed, too', async () => {
  let ms = 0;
  const callTimes = createCallTimes(() => ms);
  for (const took of [5, 30, 10]) {
    await callTimes.measured('publish', async () => {
      ms += took;
    });
  }
  const failing = callTimes.measured('settle', async () => {
    ms += 7;
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(callTimes.lines().map((line) => line.replace(/ +/g, ' '))).toEqual([
    'publish median 10 ms, slowest 30 ms, of 3',
    'settle 7 ms',
  ]);
});

it.each([
  [
    'of each type',
    { folder: 'gs://bucket/smoke/', httpUrl: 'https://example.com/x' },
    'load query quality export http notify',
  ],
  ['without files and addresses', { folder: undefined, httpUrl: undefined }, 'load query quality notify'],
])('writes a pipeline with steps %s that is right', (_, trial, expected) => {
  const directory = mkdtempSync(join(tmpdir(), 'smoke-'));
  writeSmokeSchemas(join(__dirname, '../../../schemas'), directory, { ...trial, notifyTopic: 'told' });
  const steps = loadPipelines(directory).get(stepsPipeline)?.steps ?? [];
  expect(steps.map(({ id }) => id).join(' ')).toBe(expected);
  rmSync(directory, { recursive: true });
});
