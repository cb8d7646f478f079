import { BigQuery } from '@google-cloud/bigquery';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;
const logged: string[] = [];

beforeAll(async () => {
  local = await startLocalBigQuery({ memoryOnly: true, log: (line) => logged.push(line) });
});
afterAll(() => local.stop());

async function send(method: string, path: string, body?: string) {
  const response = await fetch(local.url + path, { method, ...(body !== undefined && { body }) });
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}

describe('the HTTP interface', () => {
  it('answers an unknown path with 404 in BigQuery’s form', async () => {
    expect(await send('GET', '/nowhere')).toEqual({
      status: 404,
      answer: {
        error: {
          code: 404,
          message: 'Not found: GET /nowhere',
          errors: [{ message: 'Not found: GET /nowhere', domain: 'global', reason: 'notFound' }],
          status: 'NOT_FOUND',
        },
      },
    });
  });

  it.each(['{', 'hello', '{"a":}'])('answers the body %p with 400 parseError', async (body) => {
    const { status, answer } = await send('POST', '/projects/local/queries', body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: { message: 'Parse Error', errors: [{ reason: 'parseError' }] } });
  });

  it.each(['null', '[]', '{}', '{"query":1}', '""'])('answers the body %p with 400 invalid', async (body) => {
    const { status, answer } = await send('POST', '/projects/local/queries', body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: { errors: [{ reason: 'invalid' }] } });
    expect(JSON.stringify(answer)).not.toContain('    at ');
  });

  it('answers a body that is too large with 413', async () => {
    const { status } = await send('POST', '/projects/local/queries', 'x'.repeat(10 * 1024 * 1024 + 1));
    expect(status).toBe(413);
  });

  it('serves one project', async () => {
    const { status, answer } = await send('GET', '/projects/other/datasets');
    expect(status).toBe(404);
    expect(answer).toMatchObject({ error: { message: 'Not found: Project other' } });
  });

  it('serves paths with and without /bigquery/v2', async () => {
    expect((await send('GET', '/projects/local/datasets')).answer).toMatchObject({
      kind: 'bigquery#datasetList',
    });
    expect((await send('GET', '/bigquery/v2/projects/local/datasets')).answer).toMatchObject({
      kind: 'bigquery#datasetList',
    });
  });

  it('is found by the client through BIGQUERY_EMULATOR_HOST', async () => {
    process.env.BIGQUERY_EMULATOR_HOST = local.url;
    try {
      const client = new BigQuery({ projectId: 'local' });
      expect((await client.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }]);
    } finally {
      delete process.env.BIGQUERY_EMULATOR_HOST;
    }
  });

  it('logs no internal error in all of this', () => {
    expect(logged).toEqual([]);
  });
});
