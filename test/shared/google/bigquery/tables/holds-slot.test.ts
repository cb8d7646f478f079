import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { clientOf } from 'local-bigquery/testing';
import { createHoldsSlot } from '../../../../../shared/google/bigquery/tables/read-tenant-state';
import { portOf } from '../../../../functions/support/serve';

/** A tenant row of the life life-1 in which these runs hold slots, as tabledata.list gives the two columns. */
const rowWith = (runIds: readonly string[]) => ({
  totalRows: '1',
  rows: [{ f: [{ v: 'life-1' }, { v: runIds.map((id) => ({ v: { f: [{ v: id }] } })) }] }],
});

describe('holdsSlot', () => {
  let server: Server;
  let held: readonly string[] = ['run-1'];
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url?.split('?')[0] ?? '');
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(rowWith(held)));
      // Whoever asks after this answer sees what has changed by then.
      held = ['run-2'];
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('reads a tenant once for all who ask meanwhile, and for nobody what was read before it asked', async () => {
    const holdsSlot = createHoldsSlot(clientOf(`http://127.0.0.1:${portOf(server)}`));
    const looks = await Promise.all([
      holdsSlot('acme', 'life-1', 'run-1'),
      holdsSlot('acme', 'life-1', 'run-1'),
      holdsSlot('acme', 'life-1', 'run-2'),
      holdsSlot('acme', 'life-2', 'run-2'),
      holdsSlot('acme', undefined, 'run-2'),
      holdsSlot('acme', null, 'run-2'),
    ]);
    expect(looks).toEqual([true, false, true, false, true, false]);
    const read = '/bigquery/v2/projects/local/datasets/acme/tables/tenants/data';
    expect(asked).toEqual([read, read]);
  });
});
