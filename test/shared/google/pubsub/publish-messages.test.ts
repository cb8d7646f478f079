import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { clientOf } from 'local-bigquery/testing';
import { classifyFailure } from '../../../../shared/google/bigquery/failures';
import { createPublishMessages } from '../../../../shared/google/pubsub/publish-messages';
import { portOf } from '../../../functions/support/serve';

describe('Publishing to Pub/Sub', () => {
  let server: Server;
  let status = 200;
  beforeAll(async () => {
    server = createServer((_request, response) => {
      const message = 'Resource not found (resource=tenant-events).';
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(status === 200 ? {} : { error: { code: status, message } }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    [404, { kind: 'permanent', message: "There is no topic 'tenant-events'" }],
    [503, { kind: 'transient' }],
  ])('a topic that answers %d is no tenant that is gone', async (answered, failure) => {
    status = answered;
    const url = `http://127.0.0.1:${portOf(server)}`;
    const publish = createPublishMessages(clientOf(url), url);
    const error: unknown = await publish('tenant-events', []).catch((thrown: unknown) => thrown);
    expect(classifyFailure(error)).toMatchObject(failure);
  });
});
