import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';
import { bytesOf } from '../support/parquet-job';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const schema = {
  fields: [
    { name: 'id', type: 'INTEGER' },
    { name: 'name', type: 'STRING' },
  ],
};

/**
 * Sends data framed as Google's client frames it, in pieces, and waits until the job is done, however it
 * ended. (The client itself uploads with credentials only, which local servers are never given.)
 */
async function upload(
  table: string,
  pieces: readonly (string | Buffer)[],
  options: object = {},
  jobId = randomUUID(),
) {
  const destinationTable = { projectId: 'local', datasetId: 'ds', tableId: table };
  const metadata = {
    configuration: { load: { destinationTable, schema, ...options } },
    jobReference: { jobId, projectId: 'local' },
  };
  const body = [
    `--x-y\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(metadata)}\r\n`,
    '--x-y\r\nContent-Type: application/octet-stream\r\n\r\n',
    ...pieces,
    '\r\n--x-y--',
  ];
  const sent = request(`${local.url}/upload/bigquery/v2/projects/local/jobs?uploadType=multipart`, {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/related; boundary=x-y' },
  });
  Readable.from(body.filter(({ length }) => length > 0)).pipe(sent);
  const [response] = await once(sent, 'response');
  const answer = JSON.parse(await text(response));
  if (answer.error) throw new Error(answer.error.message);
  const job = local.client.job(jobId);
  let [resource] = await job.getMetadata();
  while (resource.status.state !== 'DONE') [resource] = await job.getMetadata();
  return resource;
}

const rowsOf = async (table: string): Promise<unknown[]> => {
  const [rows] = await local.client.query(`SELECT * FROM ds.${table} ORDER BY id`);
  return rows;
};

const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`upload-${process.pid}-`));

/** Waits until no upload is left on disk: a job is done a moment before its upload is removed. */
async function allRemoved(): Promise<void> {
  const end = Date.now() + 10_000;
  while (leftovers().length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(leftovers()).toEqual([]);
}

describe('a load job whose data comes with the request', () => {
  it('loads it, whatever pieces it comes in', async () => {
    const lines = Array.from({ length: 30_000 }, (_, id) => `{"id":${id},"name":"--name ${id}\\r\\n--"}\n`);
    const { status, statistics } = await upload('pieces', lines, { sourceFormat: 'NEWLINE_DELIMITED_JSON' });
    expect(status).toEqual({ state: 'DONE' });
    expect(statistics.load).toMatchObject({
      inputFiles: '1',
      outputRows: '30000',
      inputFileBytes: String(lines.join('').length),
    });
    const [last] = (await rowsOf('pieces')).slice(-1);
    expect(last).toEqual({ id: 29_999, name: '--name 29999\r\n--' });
    await allRemoved();
  });

  it('loads gzipped data, and no data at all', async () => {
    await upload('packed', [gzipSync('1,a\r\n2,b\r\n')], { sourceFormat: 'CSV' });
    expect(await rowsOf('packed')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
    ]);
    const { statistics } = await upload('empty', [''], { sourceFormat: 'CSV' });
    expect(statistics.load.outputRows).toBe('0');
    expect(await rowsOf('empty')).toEqual([]);
  });

  it('loads Parquet with its own schema, and refuses what is no Parquet', async () => {
    const options = { sourceFormat: 'PARQUET', schema: undefined };
    const whole = bytesOf('a');
    await upload('parquet', [whole.subarray(0, 300), whole.subarray(300)], options);
    expect(await rowsOf('parquet')).toEqual([{ id: 1, name: 'one' }]);
    const { status } = await upload('parquet', ['1,a'], options);
    expect(status.errorResult).toMatchObject({
      reason: 'invalid',
      message: 'Error while reading data, error message: Input file is not in Parquet format. File: upload',
    });
  });

  it('runs once under an id, and leaves no file of what is refused', async () => {
    const jobId = randomUUID();
    await upload('once', ['1,a'], {}, jobId);
    await expect(upload('once', ['2,b'], {}, jobId)).rejects.toThrow('Already Exists: Job local:US.');
    expect(await rowsOf('once')).toEqual([{ id: 1, name: 'a' }]);
    await allRemoved();
  });

  it('says what is wrong with its rows', async () => {
    const { status } = await upload('wrong', ['one,a']);
    expect(status.errorResult.message).toContain("Could not parse 'one' as INT64 for field id");
  });

  const post = (query: string, contentType: string, body: string) =>
    fetch(`${local.url}/upload/bigquery/v2/projects/local/jobs?${query}`, {
      method: 'POST',
      headers: { 'Content-Type': contentType },
      body,
    }).then(async (response) => [response.status, await response.text()]);
  const framed = (...parts: string[]) =>
    parts.map((part) => `--b\r\nContent-Type: x/y\r\n\r\n${part}\r\n`).join('');

  it.each([
    ['an upload without metadata', 'uploadType=media', 'application/json', '{}', 'Upload type media'],
    ['no boundary', 'uploadType=multipart', 'multipart/related', 'x', 'names no boundary'],
    [
      'no end',
      'uploadType=multipart',
      'multipart/related; boundary=b',
      framed('{}', 'data'),
      'it has no end',
    ],
    [
      'one part',
      'uploadType=multipart',
      'multipart/related; boundary="b"',
      `${framed('{}')}--b--`,
      'it has no end',
    ],
    [
      'metadata that is no JSON',
      'uploadType=multipart',
      'multipart/related; boundary=b',
      `${framed('{', 'x')}--b--`,
      'Parse Error',
    ],
  ])('refuses %s', async (_, query, contentType, body, expected) => {
    expect(await post(query, contentType, body)).toEqual([400, expect.stringContaining(expected)]);
    await allRemoved();
  });

  it('refuses URIs together with data, and a request with neither', async () => {
    const configuration = {
      load: { sourceUris: ['gs://b/x'], destinationTable: { datasetId: 'ds', tableId: 't' } },
    };
    const body = `${framed(JSON.stringify({ configuration }), 'data')}--b--`;
    expect(await post('uploadType=multipart', 'multipart/related; boundary=b', body)).toEqual([
      400,
      expect.stringContaining('must not specify source URIs'),
    ]);
    await expect(
      local.client.createJob({ configuration: { load: { ...configuration.load, sourceUris: [] } } }),
    ).rejects.toThrow('Load configuration must specify at least one source URI');
  });

  it('forgets a request that breaks off', async () => {
    await allRemoved();
    const broken = request(`${local.url}/upload/bigquery/v2/projects/local/jobs?uploadType=multipart`, {
      method: 'POST',
      headers: { 'Content-Type': 'multipart/related; boundary=b', 'Content-Length': 1_000_000 },
    });
    broken.on('error', () => undefined);
    broken.write(framed('{}', 'data'));
    while (leftovers().length === 0) await new Promise(setImmediate);
    broken.destroy();
    await allRemoved();
  });
});
