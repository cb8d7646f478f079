import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which systems give ports to those that ask for any: 32,768 on Linux, 49,152 on macOS. */
const range = { from: 20_000, to: 32_000 };

/**
 * A port of 127.0.0.1 for a process that cannot say which one it got. Whoever asks the system for any port, as
 * all others here do, is never given one of these, so nobody else takes it before that process does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.from + Math.floor(Math.random() * (range.to - range.from));
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
