import { call, query, withKey } from '../../support/local-cloud';
import type { Backends } from '../support/backends';
import { type Instance, push } from '../support/instances';

const makes = 'test/example/makes';
const makesDefinition = `
description: For tests.
timeout_seconds: 60
parameters:
  day: { type: DATE, description: A day., default: '2026-01-31' }
steps:
  - id: numbers
    type: query
    sql: SELECT n FROM UNNEST([1, 2, 3]) AS n
    destination: { table: numbers, write_disposition: WRITE_TRUNCATE }
  - id: rows
    type: query
    needs: [numbers]
    sql: >
      SELECT n AS id, IF(n = 2, NULL, '=1+1') AS text, NUMERIC '0.1' AS price, [STRUCT(n AS m)] AS items, @day AS day
      FROM numbers ORDER BY n
    destination:
      table: rows_of_days
      write_disposition: WRITE_TRUNCATE
      time_partitioning: { type: DAY, field: day }
      partition: day
  - id: out
    type: export
    needs: [rows]
    sql: SELECT id FROM rows_of_days ORDER BY id
    format: CSV
    destination_uri: gs://bucket/{tenant_id}/{run_id}.csv
  - id: never
    type: query
    needs: [out]
    sql: SELECT ERROR('no') AS n
    destination: { table: never, write_disposition: WRITE_TRUNCATE }
`;

/** The pipeline that these tests run. */
export const makingPipeline = { [makes]: makesDefinition };

/** What a run's results are. `start` gives instances that know the pipeline. */
export function expectResults(
  backends: () => Backends,
  start: () => Promise<{ readonly run: Instance; readonly worker: Instance }>,
): void {
  describe('its results', () => {
    let run: Instance;
    let worker: Instance;
    let apiKey: string;
    beforeAll(async () => {
      ({ run, worker } = await start());
      apiKey = await backends().onboard('makes');
      await execute('run-1', {});
    });
    const execute = async (runId: string, parameters: object) => {
      await backends().hold('makes', [runId], { pipeline: makes, parameters: JSON.stringify(parameters) });
      expect((await push(worker, 'makes', runId, makes)).status).toBe(204);
    };
    const results = (path = '', headers = {}, runId = 'run-1') =>
      call(run.url, 'GET', `/api/v1/pipelines/runs/${runId}/results${path}`, {
        headers: { ...withKey(apiKey), ...headers },
      });

    it('are the tables and files that its steps have made', async () => {
      const { status, body } = await results();
      expect(status).toBe(200);
      const unchanged = { exists: true, changed_since: false, definition_changed: false, reused_from: null };
      expect(body).toMatchObject({ run_id: 'run-1', status: 'FAILED', unknown_steps: [] });
      expect(body.results).toMatchObject([
        { n: 1, kind: 'table', name: 'numbers', is_final: false, rows_written: 3, rows: 3, ...unchanged },
        { n: 2, kind: 'table', name: 'rows_of_days', partition: '20260131', is_final: true, ...unchanged },
        { n: 3, kind: 'files', name: 'gs://bucket/makes/run-1.csv', format: 'CSV', files: 1, ...unchanged },
      ]);
    });

    it('can be read row by row, page by page, with every value exact', async () => {
      const first = await results('/2?limit=2');
      expect(first.status).toBe(200);
      expect(first.body).toMatchObject({
        total_rows: 3,
        columns: [
          { name: 'id', type: 'INTEGER' },
          { name: 'text' },
          { name: 'price', type: 'NUMERIC' },
          { name: 'items', type: 'RECORD', mode: 'REPEATED', fields: [{ name: 'm', type: 'INTEGER' }] },
          { name: 'day', type: 'DATE' },
        ],
        rows: [
          { id: '1', text: '=1+1', price: '0.1', items: [{ m: '1' }], day: '2026-01-31' },
          { id: '2', text: null, price: '0.1', items: [{ m: '2' }], day: '2026-01-31' },
        ],
        files: null,
      });
      expect(first.headers.get('Link')).toContain('rel="next"');
      const last = await results(`/2?limit=2&cursor=${first.body.next_cursor}`);
      expect(last.body).toMatchObject({ rows: [{ id: '3' }], next_cursor: null });
    });

    it('can be read as CSV', async () => {
      const response = await fetch(`${run.url}/api/v1/pipelines/runs/run-1/results/2?limit=2`, {
        headers: { ...withKey(apiKey), Accept: 'text/csv' },
      });
      expect(response.headers.get('content-type')).toContain('text/csv');
      expect(response.headers.get('Link')).toContain('rel="next"');
      expect(await response.text()).toBe(
        'id,text,price,items,day\r\n' +
          '1,\'=1+1,0.1,"[{""m"":""1""}]",2026-01-31\r\n2,,0.1,"[{""m"":""2""}]",2026-01-31\r\n',
      );
    });

    it('that are files have a URL to get them by', async () => {
      const { body } = await results('/3');
      expect(body).toMatchObject({ kind: 'files', rows: null, next_cursor: null });
      const [file] = Array.isArray(body.files) ? body.files : [];
      expect(file).toMatchObject({ uri: 'gs://bucket/makes/run-1.csv', bytes: 9, expires_at: null });
      expect(await (await fetch(file.url)).text()).toBe('id\n1\n2\n3\n');
    });

    it('tell where a later run has written to them, and are of their own partition still', async () => {
      const first = await results('/2?limit=1');
      await execute('run-2', { day: '2026-02-01' });
      const { body } = await results();
      expect(body.results).toMatchObject([
        { n: 1, changed_since: true },
        { n: 2, changed_since: true },
        { n: 3, changed_since: false },
      ]);
      expect((await results('/2')).body).toMatchObject({ total_rows: 3, changed_since: true });
      expect((await results('/2', {}, 'run-2')).body).toMatchObject({
        changed_since: false,
        rows: [{ day: '2026-02-01' }, { day: '2026-02-01' }, { day: '2026-02-01' }],
      });
      const next = await results(`/2?limit=1&cursor=${first.body.next_cursor}`);
      expect(next).toMatchObject({ status: 409, body: { code: 'result_changed' } });
    });

    it('that are gone, or never were, are not found', async () => {
      await backends().client.dataset('makes').table('numbers').delete();
      expect((await results()).body.results).toMatchObject([
        { n: 1, exists: false, changed_since: null },
        {},
        {},
      ]);
      for (const n of [1, 4, 99])
        expect(await results(`/${n}`)).toMatchObject({ status: 404, body: { code: 'result_not_found' } });
      expect((await results('/0')).status).toBe(400);
    });

    it('are for the tenant’s own keys, and for those that are for the pipeline', async () => {
      const other = await backends().onboard('other');
      expect(await results('', withKey(other))).toMatchObject({
        status: 404,
        body: { code: 'run_not_found' },
      });
      await query(
        backends().client,
        'makes',
        "UPDATE api_keys SET pipelines = ['gcp/example/dryrun'] WHERE TRUE",
      );
      const fresh = await start();
      const narrow = await call(fresh.run.url, 'GET', '/api/v1/pipelines/runs/run-1/results/2', {
        headers: withKey(apiKey),
      });
      expect(narrow).toMatchObject({ status: 403, body: { code: 'pipeline_not_allowed' } });
    });
  });
}
