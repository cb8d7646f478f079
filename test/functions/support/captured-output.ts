import { eventually } from '../../support/local-cloud';

export type LogLine = Record<string, unknown>;
export const traceKey = 'logging.googleapis.com/trace';

/** Everything that the process prints, on any channel, until `restore` is called. Nothing of it is shown. */
export function captureOutput() {
  let output = '';
  const spies: { mockRestore: () => void }[] = [];
  for (const stream of [process.stdout, process.stderr])
    spies.push(
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        output += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
        return true;
      }),
    );
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    spies.push(
      jest.spyOn(console, method).mockImplementation((...words) => {
        output += `${words.join(' ')}\n`;
      }),
    );
  const lines = (): LogLine[] =>
    output.split('\n').flatMap((line): LogLine[] => (line.startsWith('{') ? [JSON.parse(line)] : []));
  /** Without those of the scheduler's calls, which may come in between. */
  const linesOf = (traceId: string) =>
    lines().filter((line) => line[traceKey] === `projects/local/traces/${traceId}`);
  return {
    text: () => output,
    linesOf,
    requestLine: (traceId: string) =>
      eventually(`the line of trace ${traceId}`, async () =>
        linesOf(traceId).find(({ event }) => event === 'request'),
      ),
    restore: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
