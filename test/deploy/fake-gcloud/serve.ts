import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import type { Gcloud } from './gcloud';

/**
 * The command as a function in bash's environment. It sends the number of its arguments and these, then its
 * standard input, and reads the exit code, the number of output lines, these, and the text for stderr. A
 * deployment makes some 170 calls, and the tests make many deployments: a function takes a quarter of the time
 * of a program. It changes its shell's options and ends it, so that it works in a subshell only, as in `$(gcloud …)`
 * and behind a pipe.
 */
const command = (port: number) => `() {
if ((BASH_SUBSHELL == 0)); then echo 'the fake gcloud works in a subshell only' >&2; return 70; fi
set +eu
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
}`;

export interface ServedGcloud {
  /** The environment that gives a bash script the command `gcloud`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Serves a fake gcloud to bash scripts. The project's state stays in this process. */
export async function serveGcloud(gcloud: Gcloud): Promise<ServedGcloud> {
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
  return {
    environment: { 'BASH_FUNC_gcloud%%': command(port) },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address;
}
