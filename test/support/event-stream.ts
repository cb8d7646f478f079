/** One event as it came. */
export interface ReceivedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

export interface OpenedStream {
  readonly status: number;
  readonly headers: Headers;
  /** The body of what is no stream. */
  readonly text: () => Promise<string>;
  /** The next event; undefined once the server has ended the stream. */
  readonly next: () => Promise<ReceivedEvent | undefined>;
  /** All that are still to come. */
  readonly rest: () => Promise<readonly ReceivedEvent[]>;
  /** Comments and `retry:` lines that came so far. */
  readonly others: readonly string[];
  /** The client leaves. */
  readonly leave: () => void;
}

/** A client of Server-Sent Events over a real socket. */
export async function openEvents(url: string, headers: Record<string, string>): Promise<OpenedStream> {
  const client = new AbortController();
  const response = await fetch(url, { headers, signal: client.signal });
  const others: string[] = [];
  const events = parse(response, others);
  const next = async () => (await events.next()).value ?? undefined;
  return {
    status: response.status,
    headers: response.headers,
    text: () => response.text(),
    next,
    rest: async () => {
      const all: ReceivedEvent[] = [];
      for (let event = await next(); event !== undefined; event = await next()) all.push(event);
      return all;
    },
    others,
    leave: () => client.abort(),
  };
}

async function* parse(response: Response, others: string[]): AsyncGenerator<ReceivedEvent, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const match = /^event: (.*)\nid: (.*)\ndata: (.*)$/.exec(block);
      if (match === null) others.push(block);
      else {
        const [, event = '', id = '', data = ''] = match;
        yield { event, id, data: JSON.parse(data) };
      }
    }
  }
  return undefined;
}
