import { request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface RawRequest {
  readonly method: string;
  /** Sent as it is: fetch would resolve `..` and repair encodings. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
  /** Without Content-Length. */
  readonly isChunked?: boolean;
  /** Leaves the request without its body, and breaks the connection off once the answer is there. */
  readonly endsEarly?: boolean;
}

/** A request by node:http, to its byte what is asked for; the answer counts even where the body was not read. */
export const rawRequest = (
  port: number,
  { method, path, headers, body, isChunked, endsEarly = false }: RawRequest,
) =>
  new Promise<RawAnswer>((resolve, reject) => {
    const framing =
      body === undefined
        ? {}
        : isChunked
          ? { 'Transfer-Encoding': 'chunked' }
          : { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: false,
      headers: { ...framing, ...headers },
    });
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
      answer.on('error', reject);
      answer.on('end', () => {
        if (endsEarly) sent.destroy();
        const bytes = Buffer.concat(chunks);
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: bytes.toString('utf8'),
          bytes,
        });
      });
    });
    sent.on('error', reject);
    if (endsEarly) sent.flushHeaders();
    else sent.end(body);
  });
