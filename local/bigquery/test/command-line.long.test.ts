import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandLine as run } from './support/command-line';
import { newFolder } from './support/local-bigquery';

it('serves until Ctrl-C, keeps its data where it is told to, and says when that folder is in use', async () => {
  const folder = newFolder();
  const data = join(folder, 'bigquery');
  const started = run('--port', '0', '--data', data, '--project', 'shop');
  try {
    await Promise.race([started.ready, started.ended]);
    expect(started.output()).toContain(`gs://bucket/path is ${join(data, 'gcs/bucket/path')}\n`);
    const url = /BIGQUERY_EMULATOR_HOST=(\S+) GOOGLE_CLOUD_PROJECT=shop\b/.exec(started.output())?.[1];
    const made = await fetch(`${url}/bigquery/v2/projects/shop/datasets`, {
      method: 'POST',
      body: JSON.stringify({ datasetReference: { projectId: 'shop', datasetId: 'orders' } }),
    });
    expect(made.status).toBe(200);
    expect(await run('--port', '0', '--data', data).ended).toEqual({
      code: 1,
      output: `The data folder ${data} is in use by process ${started.child.pid}. Stop it first, or choose another folder.\n`,
    });
    started.child.kill('SIGINT');
    expect((await started.ended).code).toBe(0);
    expect(existsSync(join(data, 'datasets/orders/dataset.json'))).toBe(true);
  } finally {
    started.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

it('infers no location where it is told to', async () => {
  const folder = newFolder();
  const started = run('--port', '0', '--gcs', folder, '--infer-no-location');
  try {
    await Promise.race([started.ready, started.ended]);
    const url = /BIGQUERY_EMULATOR_HOST=(\S+)/.exec(started.output())?.[1];
    const post = async (path: string, body: object) => {
      const answer = await fetch(`${url}/projects/local/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return answer.status;
    };
    const query = { query: 'SELECT 1', defaultDataset: { datasetId: 'europe' }, useLegacySql: false };
    expect(await post('datasets', { datasetReference: { datasetId: 'europe' }, location: 'EU' })).toBe(200);
    expect(await post('queries', query)).toBe(404);
    expect(await post('queries', { ...query, location: 'EU' })).toBe(200);
  } finally {
    started.child.kill('SIGKILL');
    await started.ended;
    rmSync(folder, { recursive: true, force: true });
  }
});
