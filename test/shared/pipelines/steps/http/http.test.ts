import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import { type HttpStepWorld, json, secret, startHttpStepWorld } from './http-step-world';

describe('an http step', () => {
  let world: HttpStepWorld;
  beforeAll(async () => {
    world = await startHttpStepWorld();
  });
  afterAll(() => world?.close());
  beforeEach(() => world.clear());

  describe('of JSON', () => {
    it('loads its records, with every digit, by one job that is labelled', async () => {
      world.api.answerBy(() => ({
        body: '{"data":{"items":[{"id":9007199254740993,"rate":1.123456789,"note":"a \\"b\\"\\n3.14159265358979323846"},{"id":2,"rate":12345678901234567890.5}]}}',
      }));
      const run = world.runOf(`
format: JSON
records: data.items
query: { limit: 100, day: { parameter: day }, text: { parameter: text }, "a&b": "c=d e" }
secret_header: { name: Authorization, environment: PIPELINE_SECRET_RATES }`);
      expect(await executePipeline(run, world.toolsWith())).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 2,
        steps: [{ type: 'http', attempts: 1 }],
      });
      expect(await world.rates()).toEqual([
        { id: '2', rate: '12345678901234567890.5', note: null },
        { id: '9007199254740993', rate: '1.123456789', note: 'a "b"\n3.14159265358979323846' },
      ]);
      expect(world.asked()).toEqual(['/v1/rates?limit=100&day=2026-01-31&a%26b=c%3Dd+e']);
      expect(world.api.asked[0]?.headers).toMatchObject({
        authorization: secret,
        accept: 'application/json',
        'accept-encoding': 'identity',
      });
      const [job] = await world.tenant.bigquery
        .job(`tp_${run.runId}_rates_1`, { location: 'EU' })
        .getMetadata();
      expect(job.configuration).toMatchObject({
        jobType: 'LOAD',
        labels: { tenant: 'tenant_1', run: run.runId, step: 'rates' },
      });
      expect(
        await world.tenant.query(
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
      world.api.answerBy(({ url }) => answer(url));
      const run = world.runOf(`format: JSON\nrecords: items\npaging: ${paging}`);
      expect(await executePipeline(run, world.toolsWith())).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 4,
      });
      expect(world.asked()).toEqual(expected);
      expect((await world.rates()).map((row) => Object(row).id)).toEqual(['1', '2', '3', '4']);
    });

    it('loads nothing if there is nothing', async () => {
      world.api.answerBy(() => json([]));
      expect(await executePipeline(world.runOf('format: JSON'), world.toolsWith())).toMatchObject({
        rowsWritten: 0,
      });
      expect(await world.rates()).toEqual([]);
    });
  });

  describe('of CSV', () => {
    it('finds columns by the names in the header, where that is asked for, and says what does not fit', async () => {
      const byName = `
format: CSV
csv: { skip_leading_rows: 1 }
source_column_match: NAME`;
      world.api.answerBy(() => ({ body: 'note,rate,id\nx,1.5,1\n' }));
      expect(await executePipeline(world.runOf(byName), world.toolsWith())).toMatchObject({ rowsWritten: 1 });
      expect(await world.rates()).toEqual([{ id: '1', rate: '1.5', note: 'x' }]);
      world.api.answerBy(() => ({ body: 'note,rate,ids\nx,1.5,1\n' }));
      expect(await executePipeline(world.runOf(byName), world.toolsWith())).toMatchObject({
        status: 'FAILED',
        errorCode: 'invalid_data',
        errorMessage: expect.stringMatching(
          /GET https:.*\/v1\/rates does not fit the schema: column 3 of its header, 'ids', is not in the schema.*The file has 3 columns: note, rate, ids\. The schema has /,
        ),
      });
    });

    it('leaves out the headings of all pages but the first', async () => {
      const heading = '\ufeffid,rate,"no\nte"\n';
      const bodies = [`${heading}1,1.5,"a\nb"`, `${heading}2,,c\n`, `${heading}3,0.25,d`, heading];
      world.api.answerBy((_, index) => ({ body: bodies[index] ?? '' }));
      const run = world.runOf(`
format: CSV
csv: { skip_leading_rows: 1, allow_quoted_newlines: true }
paging: { type: page_number, parameter: page }`);
      expect(await executePipeline(run, world.toolsWith())).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 3,
      });
      expect(world.asked().at(-1)).toBe('/v1/rates?page=4');
      expect(await world.rates()).toEqual([
        { id: '1', rate: '1.5', note: 'a\nb' },
        { id: '2', rate: null, note: 'c' },
        { id: '3', rate: '0.25', note: 'd' },
      ]);
    });
  });

  describe('executed again', () => {
    it('does not ask the API, but attaches to its job', async () => {
      world.api.answerBy(() => json([{ id: 7 }]));
      const run = world.runOf('format: JSON');
      const first = await executePipeline(run, world.toolsWith());
      const again = await executePipeline(run, world.toolsWith());
      expect(again.steps).toEqual(first.steps);
      expect(world.api.asked).toHaveLength(1);
    });

    it('ends when it is stopped, and reads everything anew afterwards', async () => {
      const stop = new AbortController();
      world.api.answerBy((_, index) => {
        if (index === 1) stop.abort(new Error('the delivery ends'));
        return index === 1 ? 'hang' : { body: '1,2,x\n' };
      });
      const run = world.runOf('format: CSV\npaging: { type: page_number, parameter: page }\nmax_pages: 2');
      await expect(executePipeline(run, world.toolsWith(), stop.signal)).rejects.toThrow('the delivery ends');
      world.api.answerBy((_, index) => ({ body: index === 0 ? '8,2,x\n' : '' }));
      expect(await executePipeline(run, world.toolsWith())).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 1,
      });
      expect(await world.rates()).toEqual([{ id: '8', rate: '2', note: 'x' }]);
    });

    it('loads once, although two workers have read the pages', async () => {
      world.api.answerBy(() => json([{ id: 9 }]));
      const run = world.runOf('format: JSON', {}, '{ table: appended, write_disposition: WRITE_APPEND }');
      const both = await Promise.all([
        executePipeline(run, world.toolsWith()),
        executePipeline(run, world.toolsWith()),
      ]);
      expect(both.map(({ status, rowsWritten }) => [status, rowsWritten])).toEqual([
        ['COMPLETED', 1],
        ['COMPLETED', 1],
      ]);
      expect(await world.tenant.query('SELECT id FROM appended')).toEqual([{ id: 9 }]);
    });
  });
});
