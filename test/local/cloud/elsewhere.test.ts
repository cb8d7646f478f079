import { createServer } from 'node:net';
import { greetServersElsewhere } from '../../../local/cloud/servers/elsewhere';
import { freePort } from '../../support/free-port';

it('says whose servers are used', async () => {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' && address ? address.port : ''}`;
  const lines: string[] = [];
  await greetServersElsewhere({ bigqueryUrl: `http://${host}`, pubsubHost: host }, (line) =>
    lines.push(line),
  );
  expect(lines).toEqual([
    `BIGQUERY_EMULATOR_HOST is set: http://${host} is used, and no server of our own`,
    `PUBSUB_EMULATOR_HOST is set: ${host} is used, and no server of our own`,
  ]);
  server.close();
});

it('names the variable of a server that is not there', async () => {
  const host = `127.0.0.1:${await freePort()}`;
  await expect(greetServersElsewhere({ pubsubHost: host }, () => undefined)).rejects.toThrow(
    `Nothing listens at ${host}, which PUBSUB_EMULATOR_HOST names`,
  );
});
