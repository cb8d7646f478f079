import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '../../../client';
import type { Operation } from '../../../client/api';
import { command } from './support/command';

const begun: Operation = {
  operation_id: 'op_1',
  kind: 'backfill',
  tenant_id: 'acme',
  state: 'running',
  started_by: { kind: 'key', id: 'key-1' },
  filter: {},
  reason: null,
  total: 3,
  done: 1,
  skipped: 0,
  failed: 0,
  problems: [],
  started_at: '2026-11-30T12:00:00.000Z',
  updated_at: '2026-11-30T12:00:01.000Z',
  ended_at: null,
};
const ended: Operation = { ...begun, state: 'done', done: 3, ended_at: '2026-11-30T12:00:02.000Z' };
const unseen = { code: 'operation_not_found', detail: 'There is no operation' };

describe('An operation that is followed', () => {
  let server: Server;
  let asked: number;
  /** What is answered one after the other; the last one stays. */
  let answers: readonly (Operation | typeof unseen)[];
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const follow = (...options: readonly string[]) =>
    command(['follow', 'op_1', ...options], {
      environment: { TENANT_PIPELINES_URL: url(), TENANT_PIPELINES_KEY: 'acme_api_0123456789' },
    });

  beforeEach(async () => {
    asked = 0;
    server = createServer((_, response) => {
      const answer = answers[Math.min(asked++, answers.length - 1)] ?? unseen;
      response
        .writeHead('code' in answer ? 404 : 200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each<[what: string, last: Operation, code: number]>([
    ['has done all', ended, 0],
    ['has failed in part', { ...ended, done: 2, failed: 1 }, 1],
    ['has left out what it was to do', { ...ended, done: 1, skipped: 2 }, 1],
    ['has left out a rerun', { ...ended, kind: 'bulk-rerun', done: 1, skipped: 2 }, 1],
    ['has found runs ended that it was to cancel', { ...ended, kind: 'bulk-cancel', done: 1, skipped: 2 }, 0],
    ['was aborted', { ...ended, state: 'aborted' }, 1],
  ])('and %s: the exit code tells', async (_, last, code) => {
    answers = [last];
    expect(await follow()).toMatchObject({ code, err: '' });
  });

  it.each([[[]], [['--json']]])('and is paused says why, and how it goes on %j', async (options) => {
    const message = 'The monthly quota is used up';
    const problems = [{ tenant_id: 'acme', item_id: null, message }];
    answers = [{ ...begun, state: 'paused', problems }];
    const { code, out, err } = await follow(...options);
    expect(code).toBe(6);
    expect(out).toContain(message);
    expect(err).toContain('\n  tenant-pipelines resume op_1\n');
    if (options.length === 0) expect(out).toBe(`paused: 1 of 3 done\n  paused    ${message}\n`);
  });

  it('is looked for again where it was just started, and told at once where nobody knows it', async () => {
    answers = [unseen, unseen, ended];
    const client = createClient({ baseUrl: url(), apiKey: 'key' });
    expect(await client.waitForOperation(begun, { pauseMs: 1 })).toEqual(ended);
    expect(asked).toBe(3);
    answers = [unseen];
    const given = client.waitForOperation(begun, { pauseMs: 1, unseenMs: 5 });
    await expect(given).rejects.toMatchObject({ code: 'operation_not_found' });
    asked = 0;
    expect(await follow()).toMatchObject({ code: 3, out: '' });
    expect(asked).toBe(1);
  });
});
