import { createServer, type IncomingMessage, type Server } from 'node:http';
import { clientOf } from 'local-bigquery/testing';
import { z } from 'zod';
import { classifyFailure } from '../../../../../shared/google/bigquery/failures';
import { createRunStatement } from '../../../../../shared/google/bigquery/statements/run-statement';
import { defineStatement } from '../../../../../shared/sql/define-statement';
import { portOf } from '../../../../functions/support/serve';

const numbers = { parameters: {}, row: z.object({ n: z.number() }) };
const select = defineStatement({ name: 'a-select', sql: 'SELECT n FROM t', ...numbers });
const update = defineStatement({ name: 'an-update', sql: 'UPDATE t SET n = 1 WHERE TRUE', ...numbers });
const script = defineStatement({ name: 'a-script', sql: `${update.sql}; ${select.sql}`, ...numbers });

const schema = { fields: [{ name: 'n', type: 'INTEGER' }] };
const rowOf = (n: number) => ({ f: [{ v: String(n) }] });
const jobReference = { projectId: 'p', jobId: 'job_1', location: 'EU' };
const bodySchema = z.looseObject({ jobCreationMode: z.string().optional() });

/** What BigQuery might answer, call by call: a body with 200, or another status. */
type Answer = object | { readonly status: number; readonly body: object };
interface Answers {
  readonly query: Answer | string;
  readonly results?: readonly Answer[];
  readonly job?: Answer;
}

describe('An answer of BigQuery', () => {
  let server: Server;
  let answers: Answers;
  let calls: string[];
  let sent: unknown;
  beforeAll(async () => {
    server = createServer((incoming, outgoing) => {
      void respond(incoming).then(({ status, text }) => {
        outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    calls = [];
  });

  async function respond(incoming: IncomingMessage) {
    const { method, url = '' } = incoming;
    const { pathname, searchParams } = new URL(url, 'http://any');
    const path = pathname.replace('/bigquery/v2/projects/local', '');
    const token = searchParams.get('pageToken');
    calls.push(`${method} ${path}${token === null ? '' : ` from ${token}`}`);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    if (path === '/queries') sent = bodySchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
    return textOf(answerTo(path));
  }

  let page = 0;
  function answerTo(path: string): Answer | string {
    if (path.startsWith('/datasets/')) return { location: 'EU' };
    if (path.startsWith('/jobs/')) return answers.job ?? { status: 404, body: {} };
    if (path === '/queries') return answers.query;
    return answers.results?.[page++] ?? { status: 404, body: {} };
  }

  function textOf(answer: Answer | string) {
    if (typeof answer === 'string') return { status: 200, text: answer };
    if ('status' in answer && typeof answer.status === 'number' && 'body' in answer)
      return { status: answer.status, text: JSON.stringify(answer.body) };
    return { status: 200, text: JSON.stringify(answer) };
  }

  const run = async (statement: typeof select, given: Answers) => {
    answers = given;
    page = 0;
    const client = clientOf(`http://127.0.0.1:${portOf(server)}`);
    return await createRunStatement(client)('acme', statement, {}, { timeoutMs: 20_000 });
  };
  const failure = async (statement: typeof select, given: Answers) => {
    const error: unknown = await run(statement, given).then(
      () => 'it succeeded',
      (thrown: unknown) => thrown,
    );
    return classifyFailure(error);
  };
  const doneJob = (errorResult?: object) => ({
    jobReference,
    status: { state: 'DONE', ...(errorResult && { errorResult, errors: [errorResult] }) },
  });
  const conflict = {
    reason: 'invalidQuery',
    location: 'query',
    message: 'Query error: Could not serialize access to table t due to concurrent update at [1:1]',
  };
  const asError = ({ reason, message }: typeof conflict, code = 400) => ({
    status: code,
    body: { error: { code, message, errors: [{ reason, message }] } },
  });
  const empty = { jobComplete: true, jobReference };

  it.each([
    ['a SELECT without a job', select, { queryId: 'q1', schema, rows: [rowOf(1)] }, [1], 0],
    ['a SELECT with a job', select, { jobReference, schema, rows: [rowOf(1), rowOf(2)] }, [1, 2], 0],
    ['a SELECT without rows', select, { queryId: 'q1', schema, totalRows: '0' }, [], 0],
    ['a script', script, { jobReference, schema, rows: [rowOf(3)] }, [3], 0],
    ['a script without rows', script, { jobReference, schema }, [], 0],
    ['DML', update, { jobReference, numDmlAffectedRows: '2' }, [], 2],
    ['DML that changed nothing', update, { jobReference, numDmlAffectedRows: '0' }, [], 0],
    ['DML by its statistics', update, { jobReference, dmlStats: { updatedRowCount: '3' } }, [], 3],
  ])(
    'is believed if it has what a success has: %s',
    async (_what, statement, body, expected, affectedRows) => {
      const outcome = await run(statement, { query: { jobComplete: true, ...body } });
      expect(outcome).toEqual({ rows: expected.map((n) => ({ n })), affectedRows, location: 'EU' });
      expect(calls.filter((call) => !call.includes('/datasets/'))).toEqual(['POST /queries']);
    },
  );

  it.each([
    ['a SELECT', select],
    ['a script', script],
    ['DML', update],
  ])('without a result is its job’s error, where the job has one: %s', async (_what, statement) => {
    expect(await failure(statement, { query: empty, job: doneJob(conflict) })).toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('Could not serialize access'),
    });
    expect(calls).toEqual(expect.arrayContaining(['POST /queries', 'GET /jobs/job_1']));
  });

  it.each([
    ['a SELECT', select, { schema, rows: [rowOf(7)] }, { rows: [{ n: 7 }], affectedRows: 0 }],
    ['a script', script, { schema, rows: [rowOf(7)] }, { rows: [{ n: 7 }], affectedRows: 0 }],
    ['DML', update, { numDmlAffectedRows: '7' }, { rows: [], affectedRows: 7 }],
  ])(
    'without a result is its job’s result, where the job has no error: %s',
    async (_what, statement, result, expected) => {
      const results = [{ ...empty, ...result }];
      expect(await run(statement, { query: empty, job: doneJob(), results })).toMatchObject(expected);
    },
  );

  it.each([
    ['nothing but complete, and names no job', { query: { jobComplete: true } }],
    ['nothing but complete, without a job', { query: { jobComplete: true, queryId: 'q1' } }],
    ['not complete, and names no job', { query: { jobComplete: false } }],
    ['without a result, and its job has none', { query: empty, job: doneJob(), results: [empty] }],
    ['without a result, and its job is not there', { query: empty }],
    ['not complete, and its job is not there', { query: { jobComplete: false, jobReference } }],
    ['without further pages', { query: { ...empty, schema, numDmlAffectedRows: '0', pageToken: 'x' } }],
    ['no query response', { query: { kind: 'something else' } }],
    ['cut off', { query: '{"jobComplete": true, "sch' }],
    ['a text', { query: '"Welcome"' }],
    ['of another statement', { query: { ...empty, jobReference: undefined, totalRows: '0', rows: [] } }],
  ])('never counts as no rows: %s', async (_what, given) => {
    for (const statement of [select, script, update]) {
      expect(await failure(statement, given)).toMatchObject({ kind: 'transient', code: 'unavailable' });
    }
  });

  it('that is of DML is not believed of a script', async () => {
    const query = { ...empty, numDmlAffectedRows: '1' };
    expect(await failure(script, { query, job: doneJob(conflict) })).toMatchObject({ kind: 'conflict' });
  });

  it.each([
    ['a SELECT', select, { schema, rows: [rowOf(1)] }],
    ['a script', script, { schema, rows: [rowOf(1)] }],
    ['DML', update, { numDmlAffectedRows: '1' }],
  ])('that is not complete is waited for: %s', async (_what, statement, result) => {
    const incomplete = { jobComplete: false, jobReference };
    const results = [incomplete, incomplete, { ...empty, ...result }];
    const { rows, affectedRows } = await run(statement, { query: incomplete, results });
    expect(rows.length + affectedRows).toBe(1);
    expect(calls.filter((call) => call === 'GET /queries/job_1')).toHaveLength(3);
  });

  it('that is not complete may become an error', async () => {
    const query = { jobComplete: false, jobReference };
    const given = { query, results: [asError(conflict)], job: doneJob(conflict) };
    expect(await failure(update, given)).toMatchObject({ kind: 'conflict' });
  });

  it('of a wait may be an error of its own: the job goes on', async () => {
    const query = { jobComplete: false, jobReference };
    const job = { jobReference, status: { state: 'RUNNING' } };
    const results = [asError({ ...conflict, reason: 'backendError', message: 'Try again' }, 503)];
    expect(await failure(update, { query, results, job })).toMatchObject({ kind: 'transient' });
  });

  it('has further pages at its job', async () => {
    const query = { ...empty, schema, rows: [rowOf(1)], pageToken: 'second' };
    const results = [
      { ...empty, schema, rows: [rowOf(2)], pageToken: 'third' },
      { ...empty, schema, rows: [rowOf(3)] },
    ];
    const { rows } = await run(select, { query, results });
    expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(calls.slice(-2)).toEqual(['GET /queries/job_1 from second', 'GET /queries/job_1 from third']);
  });

  it('is asked for without a job only for a single SELECT, with the location', async () => {
    const modes = [];
    for (const statement of [select, script, update]) {
      await run(statement, { query: { ...empty, schema, numDmlAffectedRows: '0' } });
      modes.push(sent);
    }
    expect(modes).toMatchObject([
      { jobCreationMode: 'JOB_CREATION_OPTIONAL', location: 'EU' },
      { location: 'EU' },
      { location: 'EU' },
    ]);
    expect(modes.slice(1).filter((body) => JSON.stringify(body).includes('jobCreationMode'))).toEqual([]);
  });
});
