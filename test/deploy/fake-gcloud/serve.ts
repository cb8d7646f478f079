import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import type { Gcloud } from './gcloud';

/**
 * The command: as many lines as arguments and standard input, answered by exit code, number of output lines, those,
 * and what goes to stderr. In bash and not in node, because a deployment makes some 140 calls, and the tests many deployments.
 */
const command = (port: number) => `#!/usr/bin/env bash
IFS= read -r -d '' input
exec 3<>/dev/tcp/127.0.0.1/${port}
printf '%s\\n' "$(($# + 1))" "$@" "\${input%$'\\n'}" >&3
read -r code <&3
read -r lines <&3
for ((i = 0; i < lines; i++)); do
  IFS= read -r line <&3
  printf '%s\\n' "$line"
done
while IFS= read -r line <&3; do printf '%s\\n' "$line" >&2; done
exit "$code"
`;

/** Serves a fake gcloud to the command it writes to `file`. The project's state stays in this process. */
export async function serveGcloud(gcloud: Gcloud, file: string): Promise<Server> {
  const server = createServer((socket) => {
    let received = '';
    socket.on('data', (data) => {
      received += data.toString();
      const [count, ...lines] = received.split('\n');
      if (lines.length <= Number(count)) return;
      const { code, stdout, stderr } = gcloud.answer(
        lines.slice(0, Number(count) - 1),
        lines[Number(count) - 1] ?? '',
      );
      socket.end([code, stdout.length, ...stdout, ...(stderr === '' ? [] : [stderr]), ''].join('\n'));
    });
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = addressOf(server);
  writeFileSync(file, command(port), { mode: 0o755 });
  return server;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address;
}
