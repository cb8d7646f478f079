import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Log } from '../log';

/** Resolves when the text has been handed over, at the client's pace. Rejects once the client is gone. */
export type Write = (text: string) => Promise<void>;

/**
 * Writes an answer piece by piece; the answer ends when it resolves. `gone` is aborted when the client
 * leaves. It is called exactly once for each reply, even if the client has left already, so whatever it
 * releases at its end is released.
 */
export type Stream = (write: Write, gone: AbortSignal) => Promise<void>;

/**
 * Sends the headers at once, then what the stream writes. Nobody can be told of an error after that: it is
 * logged, and the answer just ends. Whether the client is still there is seen on the connection, not on the
 * response: a response says nothing if the client left before it began, or while it waited for an earlier
 * answer on the same connection.
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
  // Whoever asks HEAD wants the headers only.
  const isHead = response.req.method === 'HEAD';
  if (isHead) leave();
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
    if (isHead || !left.signal.aborted) response.end();
  }
}
