import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { readJsonBody } from '../../../shared/http/body';
import { type Stream, sendStream } from '../../../shared/http/stream';
import { portOf } from '../../functions/support/serve';

const head = { status: 200, headers: { 'Content-Type': 'text/plain' } };
const noLog = () => undefined;
/** More than all buffers on the way can hold. */
const large = 'x'.repeat(20_000_000);

describe('An answer whose client leaves', () => {
  let server: Server;
  let client: Socket;
  let onRequest: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  beforeEach(async () => {
    server = createServer((request, response) => void onRequest(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect(portOf(server), '127.0.0.1');
    await once(client, 'connect');
  });
  afterEach(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });

  const ask = (path: string, more = '') =>
    client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`);
  /** Resolves to whether the client was gone when the stream began, and whether a large write was rejected. */
  const outcomeOf = (
    handle: (request: IncomingMessage, response: ServerResponse, stream: Stream) => Promise<void>,
  ) =>
    new Promise<unknown>((resolve) => {
      onRequest = async (request, response) => {
        const told: unknown[] = [];
        await handle(request, response, async (write, gone) => {
          told.push(gone.aborted);
          await write(large).catch(() => told.push('rejected'));
        });
        resolve(told);
      };
    });

  it('before the stream begins: the stream learns it, each write rejects, and nothing is sent', async () => {
    let isWritten: boolean | undefined;
    const outcome = outcomeOf(async (_, response, stream) => {
      client.destroy();
      await once(response, 'close');
      await sendStream(response, head, stream, noLog);
      isWritten = response.headersSent;
    });
    ask('/');
    expect(await outcome).toEqual([true, 'rejected']);
    expect(isWritten).toBe(false);
  });

  it('while a write waits for the client: the write rejects', async () => {
    const outcome = outcomeOf(async (_, response, stream) => {
      setImmediate(() => client.destroy());
      await sendStream(response, head, stream, noLog);
    });
    ask('/');
    expect(await outcome).toEqual([false, 'rejected']);
  });

  it('while an earlier answer on the same connection is pending: the write rejects', async () => {
    const outcome = outcomeOf(async (request, response, stream) => {
      // The first request is never answered, so the answer to the second has to wait.
      if (request.url === '/first') await new Promise(() => undefined);
      setImmediate(() => client.destroy());
      await sendStream(response, head, stream, noLog);
    });
    ask('/first');
    ask('/second');
    expect(await outcome).toEqual([false, 'rejected']);
  });

  it('leaves no listener behind on a connection that stays open', async () => {
    const counts: number[] = [];
    onRequest = async (request, response) => {
      counts.push(request.socket.listenerCount('close'));
      await sendStream(response, head, (write) => write('x'), noLog);
    };
    for (let answers = 0; answers < 3; answers++) {
      ask('/');
      await once(client, 'data');
    }
    expect(counts).toEqual([counts[0], counts[0], counts[0]]);
  });

  it('before or while its body is read: reading rejects', async () => {
    for (const isBefore of [true, false]) {
      const failure = new Promise((resolve) => {
        onRequest = async (request, response) => {
          if (isBefore) {
            client.destroy();
            await once(response, 'close');
          } else setImmediate(() => client.destroy());
          resolve(await readJsonBody(request).catch((error: unknown) => error));
        };
      });
      if (client.destroyed) {
        client = connect(portOf(server), '127.0.0.1');
        await once(client, 'connect');
      }
      ask('/', 'Content-Type: application/json\r\nContent-Length: 1000\r\n');
      client.write('{"half":');
      expect(await failure).toMatchObject({ code: 'ECONNRESET' });
    }
  });
});
