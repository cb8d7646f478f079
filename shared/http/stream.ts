import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Log } from '../log';

/** Resolves when the text is on its way: a client that reads slowly is waited for. Rejects once the client is gone. */
export type Write = (text: string) => Promise<void>;

/**
 * Writes an answer piece by piece, until it resolves. `gone` is aborted when the client leaves: then there is nothing more
 * to do. It is called once for each reply that has one, also where the client has left before: what it gives back in its
 * end is given back always.
 */
export type Stream = (write: Write, gone: AbortSignal) => Promise<void>;

/**
 * Sends headers at once, then what the stream writes. An error after that can be told to nobody: it is logged, and the
 * answer ends where it is. Whether the client is there is its connection's to say: a response closes without a word where
 * the client left before, or while the answer waited for the one before it on the same connection.
 */
export async function sendStream(
  response: ServerResponse,
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  stream: Stream,
  log: Log,
): Promise<void> {
  const { socket } = response.req;
  const left = new AbortController();
  const leave = () => left.abort();
  socket.once('close', leave);
  if (socket.destroyed) leave();
  else {
    response.writeHead(status, headers);
    response.flushHeaders();
  }
  const write = async (text: string) => {
    left.signal.throwIfAborted();
    if (!response.write(text)) await once(response, 'drain', { signal: left.signal });
  };
  try {
    await stream(write, left.signal);
  } catch (error) {
    if (!left.signal.aborted) log('WARNING', 'A stream ended before its time', { error });
  } finally {
    socket.off('close', leave);
    log('DEBUG', left.signal.aborted ? 'The client has left its stream' : 'A stream is over');
    if (!left.signal.aborted) response.end();
  }
}
