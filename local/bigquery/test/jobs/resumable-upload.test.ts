import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQuery } from '@google-cloud/bigquery';
import { writeLocalCredentials } from '../../rest/local-credentials';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const schema = { fields: [{ name: 'id', type: 'INTEGER' }] };
const ids = async (table: string): Promise<unknown[]> => {
  const [rows] = await local.client.query(`SELECT id FROM ds.${table} ORDER BY id`);
  return rows.map(({ id }) => id);
};

describe('Resumable uploads', () => {
  const begin = async (table: string, jobId: string): Promise<string> => {
    const destinationTable = { projectId: 'local', datasetId: 'ds', tableId: table };
    const load = { destinationTable, schema, sourceFormat: 'CSV', encoding: null, quote: null };
    const response = await fetch(`${local.url}/upload/bigquery/v2/projects/local/jobs?uploadType=resumable`, {
      method: 'POST',
      body: JSON.stringify({ configuration: { load }, jobReference: { jobId, projectId: 'local' } }),
    });
    expect(response.status).toBe(200);
    return response.headers.get('location') ?? '';
  };
  const put = (address: string, range: string, body = '') =>
    fetch(address, { method: 'PUT', headers: { 'Content-Range': range }, body });

  it('take data in pieces, and say how far they came', async () => {
    const address = await begin('pieces', 'resumed');
    expect((await put(address, 'bytes */6')).status).toBe(308);
    const first = await put(address, 'bytes 0-2/*', '1\n2');
    expect({ status: first.status, range: first.headers.get('range') }).toEqual({
      status: 308,
      range: 'bytes=0-2',
    });
    const again = await put(address, 'bytes 0-2/6', '1\n2');
    expect(await again.json()).toMatchObject({
      error: { code: 400, message: 'Expected bytes from 3 on, given from 0 on.' },
    });
    const last = await put(address, 'bytes 3-5/6', '\n3\n');
    expect(await last.json()).toMatchObject({ kind: 'bigquery#job', jobReference: { jobId: 'resumed' } });
    await local.client.job('resumed').promise();
    expect(await ids('pieces')).toEqual([1, 2, 3]);
    expect((await put(address, 'bytes 6-6/7', '4')).status).toBe(404);
  });

  it('leave no files behind', async () => {
    const mine = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`upload-${process.pid}-`));
    const before = mine().length;
    const other = await startLocalBigQuery();
    const response = await fetch(`${other.url}/upload/bigquery/v2/projects/local/jobs?uploadType=resumable`, {
      method: 'POST',
      body: '{}',
    });
    await response.text();
    expect(mine().length).toBe(before + 1);
    await other.stop();
    expect(mine().length).toBe(before);
  });
});

it("Google's client loads a file with the credentials that lead nowhere but here", async () => {
  const file = join(local.folder, 'ids.csv');
  writeFileSync(file, 'id\n7\n8\n');
  const keyFilename = writeLocalCredentials(join(local.folder, 'credentials'), local.url);
  const client = new BigQuery({ projectId: 'local', apiEndpoint: local.url, keyFilename });
  const [job] = await client.dataset('ds').table('from_file').load(file, { schema, skipLeadingRows: 1 });
  expect(job.status?.state).toBe('DONE');
  expect(await ids('from_file')).toEqual([7, 8]);
});
