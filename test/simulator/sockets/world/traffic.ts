import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ClientRequest, IncomingMessage } from 'node:http';

/** What Google's client sent to BigQuery, its own repeats included, and how it was answered. */
export interface Traffic {
  readonly calls: () => number;
  /** Answered 429 or 5xx. */
  readonly refused: () => number;
  /** The connection broke before there was an answer. */
  readonly broken: () => number;
  readonly stop: () => void;
}

/** Listens to Node's own announcements of this process's HTTP requests. @param url of BigQuery */
export function watchTraffic(url: string): Traffic {
  const { host } = new URL(url);
  const unanswered = new Set<ClientRequest>();
  let calls = 0;
  let refused = 0;
  let broken = 0;
  const onStart = (event: unknown) => {
    const request = part(event, 'request');
    if (!(request instanceof ClientRequest) || request.getHeader('host') !== host) return;
    calls++;
    unanswered.add(request);
    request.once('close', () => {
      if (unanswered.delete(request)) broken++;
    });
  };
  const onAnswer = (event: unknown) => {
    const request = part(event, 'request');
    const response = part(event, 'response');
    if (!(request instanceof ClientRequest) || !(response instanceof IncomingMessage)) return;
    if (!unanswered.delete(request)) return;
    const status = response.statusCode ?? 0;
    if (status === 429 || status >= 500) refused++;
  };
  subscribe('http.client.request.start', onStart);
  subscribe('http.client.response.finish', onAnswer);
  return {
    calls: () => calls,
    refused: () => refused,
    broken: () => broken,
    stop() {
      unsubscribe('http.client.request.start', onStart);
      unsubscribe('http.client.response.finish', onAnswer);
    },
  };
}

const part = (event: unknown, name: string): unknown =>
  typeof event === 'object' && event !== null ? Reflect.get(event, name) : undefined;
