import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { portOf } from './serve';

/** A request to BigQuery that passed through the proxy. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** The statement's name, where it is one of ours. */
  readonly statement: string | undefined;
  /** The job that it would start, where it names one. */
  readonly startsJob: string | undefined;
  /** The status of its answer; undefined until there is one. */
  status?: number;
}

/**
 * What becomes of a call: it passes; it is never answered, and either never arrives ('hang') or takes effect
 * ('lose-answer'); its connection breaks; or it is answered here.
 */
export type Treatment =
  | 'pass'
  | 'hang'
  | 'lose-answer'
  | 'break'
  | { readonly status: number; readonly body: object };

export interface BigQueryProxy {
  readonly url: string;
  readonly calls: readonly Call[];
  readonly countOf: (statement: string) => number;
  /** Counts from now on; calls that came before keep their treatment. */
  readonly treat: (decide: (call: Call) => Treatment | Promise<Treatment>) => void;
  readonly close: () => Promise<void>;
}

/** Stands between Google's client and BigQuery: it counts calls, and makes some go wrong. */
export async function startProxy(target: string): Promise<BigQueryProxy> {
  const calls: Call[] = [];
  let decide: (call: Call) => Treatment | Promise<Treatment> = () => 'pass';

  const onRequest = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const text = await textOf(incoming);
    const statement = /"labels":\{"statement":"([a-z-]+)"[,}]/.exec(text)?.[1];
    const call: Call = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      statement,
      startsJob: startedJob(incoming, text),
    };
    calls.push(call);
    const treatment = await decide(call);
    if (treatment === 'hang') return;
    if (treatment === 'break') return void outgoing.destroy();
    if (typeof treatment === 'object')
      return send(outgoing, treatment.status, JSON.stringify(treatment.body));
    const answer = await forward(target, incoming, text);
    call.status = answer.status;
    if (treatment === 'pass') send(outgoing, answer.status, answer.text);
  };
  const server = createServer((incoming, outgoing) => {
    onRequest(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    calls,
    countOf: (name) => calls.filter(({ statement }) => statement === name).length,
    treat: (next) => {
      decide = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function startedJob({ method, url }: IncomingMessage, text: string): string | undefined {
  if (method !== 'POST' || !/\/jobs(\?|$)/.test(url ?? '') || /"dryRun":true/.test(text)) return undefined;
  return /"jobId":"([^"]+)"/.exec(text)?.[1];
}

function send(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
}

const forward = (target: string, { method, url, headers }: IncomingMessage, text: string) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { host: _, 'transfer-encoding': __, 'accept-encoding': ___, ...rest } = headers;
    const sent = request(new URL(url ?? '/', target), {
      method: method ?? 'GET',
      headers: { ...rest, 'content-length': Buffer.byteLength(text) },
      agent: false,
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      textOf(answer).then(
        (received) => resolve({ status: answer.statusCode ?? 500, text: received }),
        reject,
      );
    });
    sent.end(text);
  });

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
