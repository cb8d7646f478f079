import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientOf } from 'local-bigquery/testing';
import { createAppendRows } from '../../../../../shared/google/bigquery/tables/append-rows';
import {
  createListTenantPage,
  createListTenants,
} from '../../../../../shared/google/bigquery/tables/list-tenants';
import {
  createHoldsSlot,
  createReadQuotaCounters,
  createReadTenantDetails,
  createReadTenantState,
  createReadTenantSummary,
} from '../../../../../shared/google/bigquery/tables/read-tenant-state';
import { portOf } from '../../../../functions/support/serve';

type Client = ReturnType<typeof clientOf>;

describe('A BigQuery that takes calls and never answers', () => {
  let hung: Server;
  let client: Client;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    hung = createServer().listen(0, '127.0.0.1');
    hung.on('connection', (socket) => sockets.push(socket));
    await once(hung, 'listening');
    client = clientOf(`http://127.0.0.1:${portOf(hung)}`);
  });
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    // What a client would try again stays undone.
    for (const socket of sockets.splice(0)) socket.destroy();
    jest.useRealTimers();
  });
  afterAll(() => new Promise((resolve) => hung.close(resolve)));

  it.each<[string, (client: Client) => Promise<unknown>]>([
    [
      'a page of tenants',
      (bigquery) => createListTenantPage(bigquery)({ pageToken: undefined, maxResults: 1 }),
    ],
    ['all tenants', (bigquery) => createListTenants(bigquery)()[Symbol.asyncIterator]().next()],
    ['a tenant’s state', (bigquery) => createReadTenantState(bigquery)('acme')],
    ['a tenant’s counters', (bigquery) => createReadQuotaCounters(bigquery)('acme')],
    ['a tenant’s summary', (bigquery) => createReadTenantSummary(bigquery)('acme')],
    ['a tenant’s details', (bigquery) => createReadTenantDetails(bigquery)('acme')],
    ['a slot', (bigquery) => createHoldsSlot(bigquery)('acme', null, 'run')],
  ])('is given up after 12 s by who asks for %s', async (_what, ask) => {
    await givenUpAfter(12_000, ask);
  });

  it('is given up after 30 s by who appends rows', async () => {
    const rows = [{ insertId: '1', json: { run_id: 'run' } }];
    await givenUpAfter(30_000, (bigquery) => createAppendRows(bigquery)('acme', 'pipeline_runs', rows));
  });

  async function givenUpAfter(limitMs: number, ask: (client: Client) => Promise<unknown>): Promise<void> {
    const ended = jest.fn();
    const asked = ask(client);
    asked.catch(ended);
    await jest.advanceTimersByTimeAsync(limitMs - 1);
    expect(ended).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalledWith(
      expect.objectContaining({ message: `No answer from BigQuery within ${limitMs} ms`, code: 'ETIMEDOUT' }),
    );
  }
});
