import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import type { ExecutionTools } from '../../../shared/pipelines/execution';
import { TransientFailure } from '../../../shared/pipelines/transient-failure';
import { type Answer, type HttpsApi, startHttpsApi } from '../../support/https-api';
import { runOfYaml } from './run-of-yaml';
import { startTenantDataset, type TenantDataset } from './tenant-dataset';

const secret = 'Bearer top-secret-token';

describe('an http step', () => {
  let tenant: TenantDataset;
  let api: HttpsApi;
  const sleeps: number[] = [];
  const lines: string[] = [];
  beforeAll(async () => {
    [tenant, api] = await Promise.all([startTenantDataset(), startHttpsApi()]);
  });
  afterAll(async () => {
    await api?.close();
    await tenant?.close();
    // Whatever happened, no page is left behind.
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`pages-${process.pid}-`))).toEqual([]);
  });
  beforeEach(() => {
    sleeps.length = 0;
    lines.length = 0;
  });

  const toolsWith = (more: Partial<ExecutionTools> = {}): ExecutionTools => ({
    ...tenant.tools,
    http: {
      hosts: [api.host],
      get: api.get,
      secretOf: (name) => (name === 'PIPELINE_SECRET_RATES' ? secret : undefined),
    },
    sleep: async (milliseconds) => void sleeps.push(milliseconds),
    log: (severity, message, fields) => void lines.push(JSON.stringify({ severity, message, fields })),
    ...more,
  });

  let runs = 0;
  /** A run of one http step into the table rates; the fields given come beside the usual ones. */
  const runOf = (
    fields: string,
    parameters: Record<string, unknown> = {},
    destination = '{ table: rates, write_disposition: WRITE_TRUNCATE }',
  ) => {
    runs += 1;
    return runOfYaml(
      `http${runs}`,
      `
parameters:
  day: { type: DATE, description: A day, default: "2026-01-31" }
  text: { type: STRING, description: Any text }
steps:
  - id: rates
    type: http
    url: https://${api.host}/v1/rates
    schema: [{ name: id, type: INT64 }, { name: rate, type: NUMERIC }, { name: note, type: STRING }]
    destination: ${destination}
${fields.trim().replace(/^/gm, '    ')}
`,
      parameters,
    );
  };
  const rates = () =>
    tenant.query(
      'SELECT CAST(id AS STRING) AS id, CAST(rate AS STRING) AS rate, note FROM rates ORDER BY rates.id',
    );
  const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });
  const asked = () => api.asked.map(({ url }) => url);

  describe('of JSON', () => {
    it('loads its records, with every digit, by one job that is labelled', async () => {
      api.answerBy(() => ({
        body: '{"data":{"items":[{"id":9007199254740993,"rate":1.123456789,"note":"a \\"b\\"\\n3.14159265358979323846"},{"id":2,"rate":12345678901234567890.5}]}}',
      }));
      const run = runOf(`
format: JSON
records: data.items
query: { limit: 100, day: { parameter: day }, text: { parameter: text }, "a&b": "c=d e" }
secret_header: { name: Authorization, environment: PIPELINE_SECRET_RATES }`);
      expect(await executePipeline(run, toolsWith())).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 2,
        steps: [{ type: 'http', attempts: 1 }],
      });
      expect(await rates()).toEqual([
        { id: '2', rate: '12345678901234567890.5', note: null },
        { id: '9007199254740993', rate: '1.123456789', note: 'a "b"\n3.14159265358979323846' },
      ]);
      expect(asked()).toEqual(['/v1/rates?limit=100&day=2026-01-31&a%26b=c%3Dd+e']);
      expect(api.asked[0]?.headers).toMatchObject({
        authorization: secret,
        accept: 'application/json',
        'accept-encoding': 'identity',
      });
      const [job] = await tenant.bigquery.job(`tp_${run.runId}_rates_1`, { location: 'EU' }).getMetadata();
      expect(job.configuration).toMatchObject({
        jobType: 'LOAD',
        labels: { tenant: 'tenant_1', run: run.runId, step: 'rates' },
      });
      expect(
        await tenant.query(
          `SELECT step_type, status, job_id, rows_written, bytes_processed > 50 AS has_bytes FROM step_logs WHERE run_id = '${run.runId}'`,
        ),
      ).toEqual([
        {
          step_type: 'http',
          status: 'COMPLETED',
          job_id: `tp_${run.runId}_rates_1`,
          rows_written: 2,
          has_bytes: true,
        },
      ]);
    });

    const pages = [[{ id: 1 }, { id: 2 }], [{ id: 3 }], [{ id: 4 }]];
    const pageOf = (url: string): number => Number(new URL(url, 'https://x').searchParams.get('page') ?? 0);
    it.each([
      [
        'a link in the answer',
        '{ type: next_link, path: links.next }',
        (url: string) => {
          const page = pageOf(url);
          return json({ items: pages[page], links: { next: page < 2 ? `?page=${page + 1}` : null } });
        },
        ['/v1/rates', '/v1/rates?page=1', '/v1/rates?page=2'],
      ],
      [
        'a link in a header',
        '{ type: link_header }',
        (url: string) => {
          const page = pageOf(url);
          const link = `</v1/rates?page=0>; rel="first", </v1/rates?page=${page + 1}>; title="a, b"; rel="x next"`;
          const body = JSON.stringify({ items: pages[page] });
          return page < 2 ? { body, headers: { Link: link } } : { body };
        },
        ['/v1/rates', '/v1/rates?page=1', '/v1/rates?page=2'],
      ],
      [
        'a page number',
        '{ type: page_number, parameter: page, first: 0 }',
        (url: string) => json({ items: pages[pageOf(url)] ?? [] }),
        ['/v1/rates?page=0', '/v1/rates?page=1', '/v1/rates?page=2', '/v1/rates?page=3'],
      ],
      [
        'a cursor',
        '{ type: cursor, parameter: page, path: next }',
        (url: string) => json({ items: pages[pageOf(url)], next: pageOf(url) < 2 ? pageOf(url) + 1 : '' }),
        ['/v1/rates', '/v1/rates?page=1', '/v1/rates?page=2'],
      ],
    ])('reads all pages by %s', async (_, paging, answer, expected) => {
      api.answerBy(({ url }) => answer(url));
      const run = runOf(`format: JSON\nrecords: items\npaging: ${paging}`);
      expect(await executePipeline(run, toolsWith())).toMatchObject({ status: 'COMPLETED', rowsWritten: 4 });
      expect(asked()).toEqual(expected);
      expect((await rates()).map((row) => Object(row).id)).toEqual(['1', '2', '3', '4']);
    });

    it('loads nothing where there is nothing', async () => {
      api.answerBy(() => json([]));
      expect(await executePipeline(runOf('format: JSON'), toolsWith())).toMatchObject({ rowsWritten: 0 });
      expect(await rates()).toEqual([]);
    });
  });

  describe('of CSV', () => {
    it('leaves out the headings of all pages but the first', async () => {
      const heading = '\ufeffid,rate,"no\nte"\n';
      const bodies = [`${heading}1,1.5,"a\nb"`, `${heading}2,,c\n`, `${heading}3,0.25,d`, heading];
      api.answerBy((_, index) => ({ body: bodies[index] ?? '' }));
      const run = runOf(`
format: CSV
csv: { skip_leading_rows: 1, allow_quoted_newlines: true }
paging: { type: page_number, parameter: page }`);
      expect(await executePipeline(run, toolsWith())).toMatchObject({ status: 'COMPLETED', rowsWritten: 3 });
      expect(asked().at(-1)).toBe('/v1/rates?page=4');
      expect(await rates()).toEqual([
        { id: '1', rate: '1.5', note: 'a\nb' },
        { id: '2', rate: null, note: 'c' },
        { id: '3', rate: '0.25', note: 'd' },
      ]);
    });
  });

  describe('when something goes wrong', () => {
    it('goes on with the page that failed, after the pause that was asked for', async () => {
      const answers: Answer[] = [
        { body: 'id\n1\n' },
        { status: 429, headers: { 'Retry-After': '7' } },
        { breaksAfter: 'id\n2\n' },
        { body: 'id\n3\n' },
        { body: '' },
      ];
      api.answerBy((_, index) => answers[index] ?? { status: 404 });
      const run = runOf(`
format: CSV
csv: { skip_leading_rows: 1, allow_jagged_rows: true }
paging: { type: page_number, parameter: page }
retry: { max_attempts: 3, initial_backoff_seconds: 0 }`);
      expect(await executePipeline(run, toolsWith())).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 2,
        steps: [{ attempts: 1 }],
      });
      expect(asked()).toEqual([1, 2, 2, 2, 3].map((page) => `/v1/rates?page=${page}`));
      expect(sleeps).toEqual([7000, 0]);
      expect((await rates()).map((row) => Object(row).id)).toEqual(['1', '3']);
    });

    it.each([408, 429, 500, 503])('is delivered again past its policy after %d', async (status) => {
      api.answerBy(() => ({ status }));
      const run = runOf('format: JSON\nretry: { max_attempts: 2, initial_backoff_seconds: 0 }');
      const failed = executePipeline(run, toolsWith());
      await expect(failed).rejects.toThrow(TransientFailure);
      await expect(failed).rejects.toThrow(
        `Step 'rates' after 2 tries: GET https://${api.host}/v1/rates, page 1: answered ${status}, expected 200.`,
      );
      expect(api.asked).toHaveLength(2);
    });

    it('does not wait longer than it has time', async () => {
      const later = new Date(Date.now() + 3_600_000 * 2).toUTCString();
      api.answerBy(() => ({ status: 503, headers: { 'Retry-After': later } }));
      await expect(executePipeline(runOf('format: JSON'), toolsWith())).rejects.toThrow('after 1 tries');
      expect([sleeps, api.asked.length]).toEqual([[], 1]);
    });

    it('asks again after an answer that does not come in time, and fails past the time of the step', async () => {
      api.answerBy((_, index) => (index === 0 ? 'hang' : json([{ id: 5 }])));
      const run = runOf('format: JSON\nrequest_timeout_seconds: 1');
      expect(await executePipeline(run, toolsWith())).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
      expect(lines[0]).toContain('no whole answer within 1 seconds');
      api.answerBy(() => 'hang');
      expect(await executePipeline(runOf('format: JSON\ntimeout_seconds: 1'), toolsWith())).toMatchObject({
        status: 'FAILED',
        errorCode: 'timed_out',
        errorMessage: "Step 'rates' failed: Not finished within 1 seconds.",
      });
    });

    const paged = (type: string) => `format: JSON\nrecords: items\npaging: ${type}`;
    const linked = paged('{ type: next_link, path: next }');
    const wrong: readonly (readonly [string, string, Answer, string, string])[] = [
      [
        'a redirect',
        'format: JSON',
        { status: 302, headers: { Location: '/' } },
        'invalid_data',
        'page 1: answered 302, expected 200: redirects are not followed.',
      ],
      [
        'a wrong key',
        'format: JSON',
        { status: 401 },
        'access_denied',
        'page 1: answered 401, expected 200.',
      ],
      ['a wrong path', 'format: JSON', { status: 404 }, 'not_found', 'page 1: answered 404, expected 200.'],
      [
        'what is no JSON',
        'format: JSON',
        { body: '<html>' },
        'invalid_data',
        'page 1: the answer is not JSON.',
      ],
      [
        'what is no UTF-8',
        'format: JSON',
        { body: Buffer.from([0x22, 0xff, 0x22]) },
        'invalid_data',
        'page 1: the answer is not UTF-8.',
      ],
      [
        'a packed answer',
        'format: JSON',
        { body: 'x', headers: { 'Content-Encoding': 'gzip' } },
        'invalid_data',
        'page 1: the answer is packed, expected one that is not.',
      ],
      [
        'an object instead of records',
        'format: JSON',
        json({ items: [] }),
        'invalid_data',
        'page 1: expected an array, given an object.',
      ],
      [
        'no records at the path',
        'format: JSON\nrecords: data.items',
        json({ data: {} }),
        'invalid_data',
        "page 1: expected an array at 'data.items', given nothing.",
      ],
      [
        'a record that is none',
        'format: JSON',
        json([{ id: 1 }, 2]),
        'invalid_data',
        'page 1: expected objects in an array, given a number as record 2.',
      ],
      ['a column that is none', 'format: JSON', json([{ nope: 1 }]), 'invalid_data', 'no such field: nope.'],
      [
        'a value of another type',
        'format: CSV',
        { body: 'one,2,x\n' },
        'invalid_data',
        "Could not parse 'one' as INT64 for field id",
      ],
      [
        'a next page elsewhere',
        linked,
        json({ items: [], next: 'https://example.com/2' }),
        'access_denied',
        'page 1: it names a next page elsewhere, expected one on localhost:',
      ],
      [
        'a next page without https',
        linked,
        json({ items: [], next: 'http://localhost/2' }),
        'access_denied',
        'page 1: it names a next page elsewhere',
      ],
      [
        'a next page that is this one',
        linked,
        json({ items: [], next: '/v1/rates' }),
        'invalid_data',
        'page 1: it names a next page that was read before.',
      ],
      [
        'a next page that is no text',
        linked,
        json({ items: [], next: { url: '/2' } }),
        'invalid_data',
        "page 1: expected a text or null at 'next', given another value.",
      ],
      [
        'a next page that is no URL',
        linked,
        json({ items: [], next: 'https://' }),
        'invalid_data',
        'page 1: it names a next page, but not by a URL.',
      ],
      [
        'too many pages',
        `${paged('{ type: page_number, parameter: page }')}\nmax_pages: 2`,
        json({ items: [{ id: 1 }] }),
        'resources_exceeded',
        'page 3: there are more pages than its max_pages, 2.',
      ],
      [
        'too many bytes',
        `${paged('{ type: page_number, parameter: page }')}\nmax_bytes: 30`,
        json({ items: [{ id: 1 }] }),
        'resources_exceeded',
        'page 2: the answers are larger than its max_bytes, 30.',
      ],
      [
        'too many bytes of CSV',
        'format: CSV\nmax_bytes: 3',
        { body: '1,2,x\n' },
        'resources_exceeded',
        'page 1: the answers are larger than its max_bytes, 3.',
      ],
    ];
    it.each(wrong)(
      'fails for %s, and says what was expected',
      async (_, fields, answer, errorCode, message) => {
        api.answerBy(() => answer);
        const outcome = await executePipeline(runOf(fields), toolsWith());
        expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'rates', errorCode });
        expect(outcome.errorMessage).toContain("Step 'rates' failed: ");
        expect(outcome.errorMessage).toContain(message);
      },
    );

    it('asks no host that the deployment does not allow, and sends no secret that there is not', async () => {
      api.answerBy(() => json([]));
      const http = { hosts: ['localhost'], get: api.get, secretOf: () => ' ' };
      for (const refusing of [undefined, http]) {
        expect(await executePipeline(runOf('format: JSON'), toolsWith({ http: refusing }))).toMatchObject({
          status: 'FAILED',
          errorCode: 'access_denied',
          errorMessage: `Step 'rates' names the host '${api.host}', expected one that the deployment allows (HTTP_STEP_HOSTS).`,
        });
      }
      const run = runOf('format: JSON\nsecret_header: { name: X-Key, environment: PIPELINE_SECRET_OTHER }');
      for (const value of [undefined, '', ' \n', 'a\nb', 'é']) {
        const tools = toolsWith({ http: { hosts: [api.host], get: api.get, secretOf: () => value } });
        expect(await executePipeline(run, tools)).toMatchObject({
          errorCode: 'access_denied',
          errorMessage:
            "Step 'rates' needs the secret PIPELINE_SECRET_OTHER, which the deployment does not have.",
        });
      }
      expect(api.asked).toEqual([]);
    });
  });

  describe('with a secret', () => {
    const fields = 'secret_header: { name: Authorization, environment: PIPELINE_SECRET_RATES }';

    it.each([
      ['as a value', 'format: JSON', json([{ id: 1, note: `you sent ${secret}` }])],
      ['without its scheme', 'format: JSON', json([{ id: 1, note: 'top-secret-token' }])],
      ['as a name', 'format: JSON\nignore_unknown_values: true', json([{ 'top-secret-token': 1 }])],
      ['in escapes', 'format: JSON', { body: '[{"id":1,"note":"\\u0074op-secret-token"}]' }],
      ['in CSV', 'format: CSV', { body: '1,2,top-secret-token\n' }],
    ])('loads no answer that repeats it %s, and tells nobody', async (_, format, answer) => {
      await tenant.query(
        'CREATE OR REPLACE TABLE rates AS SELECT 1 AS id, NUMERIC "1" AS rate, "before" AS note',
      );
      api.answerBy(() => answer as Answer);
      const run = runOf(`${format}\n${fields}`);
      const outcome = await executePipeline(run, toolsWith());
      expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'invalid_data' });
      expect(outcome.errorMessage).toContain(
        'the answer repeats the value of its secret header, so it is not loaded.',
      );
      expect(JSON.stringify([outcome, lines])).not.toContain('top-secret');
      expect(await rates()).toEqual([{ id: '1', rate: '1', note: 'before' }]);
    });

    it('shows it in no error and no log', async () => {
      const answers: Answer[] = [
        { status: 503, body: secret },
        { breaksAfter: secret },
        { status: 400, body: secret },
      ];
      api.answerBy((_, index) => answers[index] ?? { status: 404 });
      const outcome = await executePipeline(runOf(`format: JSON\n${fields}`), toolsWith());
      expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'invalid_data' });
      expect(lines).toHaveLength(2);
      expect(JSON.stringify([outcome, lines])).not.toContain('top-secret');
    });
  });

  describe('executed again', () => {
    it('does not ask the API, but attaches to its job', async () => {
      api.answerBy(() => json([{ id: 7 }]));
      const run = runOf('format: JSON');
      const first = await executePipeline(run, toolsWith());
      const again = await executePipeline(run, toolsWith());
      expect(again.steps).toEqual(first.steps);
      expect(api.asked).toHaveLength(1);
    });

    it('ends when it is stopped, and reads everything anew afterwards', async () => {
      const stop = new AbortController();
      api.answerBy((_, index) => {
        if (index === 1) stop.abort(new Error('the delivery ends'));
        return index === 1 ? 'hang' : { body: '1,2,x\n' };
      });
      const run = runOf('format: CSV\npaging: { type: page_number, parameter: page }\nmax_pages: 2');
      await expect(executePipeline(run, toolsWith(), stop.signal)).rejects.toThrow('the delivery ends');
      api.answerBy((_, index) => ({ body: index === 0 ? '8,2,x\n' : '' }));
      expect(await executePipeline(run, toolsWith())).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
      expect(await rates()).toEqual([{ id: '8', rate: '2', note: 'x' }]);
    });

    it('loads once, though two workers have read the pages', async () => {
      api.answerBy(() => json([{ id: 9 }]));
      const run = runOf('format: JSON', {}, '{ table: appended, write_disposition: WRITE_APPEND }');
      const both = await Promise.all([executePipeline(run, toolsWith()), executePipeline(run, toolsWith())]);
      expect(both.map(({ status, rowsWritten }) => [status, rowsWritten])).toEqual([
        ['COMPLETED', 1],
        ['COMPLETED', 1],
      ]);
      expect(await tenant.query('SELECT id FROM appended')).toEqual([{ id: 9 }]);
    });
  });
});
