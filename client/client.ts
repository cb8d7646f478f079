import type { AllRunsList, DryRun, Operation, Operations, Run, RunList, StartedRun, TenantList } from './api';
import { type RunEvent, readEvents } from './events';
import { type FollowOptions, followOperation, type OperationPlace } from './operations';
import { pause } from './retry';
import {
  type ClientOptions,
  contentOf,
  createSend,
  nextCursorOf,
  type OperationId,
  type Parts,
} from './send';

/** A part of a request: absent where the call has none, optional where it can be left out. */
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? { readonly [K in Name]?: undefined }
  : undefined extends Value
    ? { readonly [K in Name]?: Value }
    : Record<never, never> extends Value
      ? { readonly [K in Name]?: Value }
      : { readonly [K in Name]: Value };

export type CallRequest<Id extends OperationId> = Part<'path', Operations[Id]['path']> &
  Part<'query', Operations[Id]['query']> &
  Part<'headers', Operations[Id]['headers']> &
  Part<'body', Operations[Id]['body']> & { readonly signal?: AbortSignal | undefined };

export interface Signalled {
  /** Ends the call, and rejects it with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions extends Signalled {
  /** Whose run it is, where an admin asks; a tenant's key says it by itself. */
  readonly tenant?: string | undefined;
}

export interface StartOptions extends Signalled {
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** The same start has the same key. Unless given, each call of startRun is a start of its own, however often it is sent. */
  readonly idempotencyKey?: string | undefined;
  /** Seconds of head start, where it has to wait in the tenant's queue. */
  readonly priority?: number | undefined;
  /** How many seconds it may wait there. */
  readonly queueTtlSeconds?: number | undefined;
  /** Of a pipeline with a watermark: where the run begins, whatever is recorded. */
  readonly watermark?: string | undefined;
  /** Whether it is recorded then how far the run came; false unless given. */
  readonly recordWatermark?: boolean | undefined;
}

/** A typed client of the HTTP interface. All calls reject with an ApiProblem where they are refused. */
export interface Client {
  /** Any call, by its operationId in openapi.json. It is sent again where that does no harm. */
  readonly call: <Id extends OperationId>(
    id: Id,
    ...request: Record<never, never> extends CallRequest<Id> ? [CallRequest<Id>?] : [CallRequest<Id>]
  ) => Promise<Operations[Id]['answer']>;
  /** The same with the answer's headers: an `ETag` goes back as `If-Match`, so that nobody's change is lost. */
  readonly callWithHeaders: <Id extends OperationId>(
    id: Id,
    ...request: Record<never, never> extends CallRequest<Id> ? [CallRequest<Id>?] : [CallRequest<Id>]
  ) => Promise<{ readonly answer: Operations[Id]['answer']; readonly headers: Headers }>;
  /** A list or an export as texts in another form than JSON, page after page. Only the first one has CSV’s header. */
  readonly eachText: <Id extends OperationId>(
    id: Id,
    accept: 'text/csv' | 'application/x-ndjson',
    ...request: Record<never, never> extends CallRequest<Id> ? [CallRequest<Id>?] : [CallRequest<Id>]
  ) => AsyncGenerator<string>;
  /** Starts a run once, even if it has to be sent several times. @param pipeline provider/domain/pipeline */
  readonly startRun: (tenant: string, pipeline: string, options?: StartOptions) => Promise<StartedRun>;
  /** What a run would do and cost. It starts nothing. @param pipeline provider/domain/pipeline */
  readonly planRun: (
    tenant: string,
    pipeline: string,
    options?: Pick<StartOptions, 'parameters' | 'watermark' | 'signal'>,
  ) => Promise<DryRun>;
  /** A run's events until it is over. It connects again by itself and goes on where it was. */
  readonly followRun: (runId: string, options?: RunOptions) => AsyncGenerator<RunEvent>;
  /** The run when it is over. */
  readonly waitForRun: (runId: string, options?: RunOptions) => Promise<Run>;
  /** An operation whenever it has moved, until it has ended. */
  readonly followOperation: (operation: OperationPlace, options?: FollowOptions) => AsyncGenerator<Operation>;
  /** An operation when it has ended. */
  readonly waitForOperation: (operation: OperationPlace, options?: FollowOptions) => Promise<Operation>;
  /** All runs of the tenant that match, newest first, page after page. An admin names it in the query. */
  readonly eachRun: (query?: Operations['listRuns']['query']) => AsyncGenerator<RunList['runs'][number]>;
  /** All runs of all tenants that are over and match, newest first, page after page. For admins. */
  readonly eachRunOfAllTenants: (
    query?: Operations['listAllRuns']['query'],
  ) => AsyncGenerator<AllRunsList['runs'][number]>;
  /** All tenants that match, page after page. */
  readonly eachTenant: (
    query?: Operations['listTenants']['query'],
  ) => AsyncGenerator<TenantList['tenants'][number]>;
}

const reconnectMs = 1_000;

export function createClient(options: ClientOptions): Client {
  const send = createSend(options);

  const callWithHeaders: Client['callWithHeaders'] = async (id, ...[request]) => {
    const response = await send(id, request ?? {});
    const answer = (await contentOf(response)) as Operations[typeof id]['answer'];
    return { answer, headers: response.headers };
  };
  const call: Client['call'] = async (id, ...request) => (await callWithHeaders(id, ...request)).answer;

  const eachText: Client['eachText'] = async function* (id, accept, ...[request]) {
    const { headers, query, ...rest }: Parts = request ?? {};
    let cursor: string | undefined;
    for (let isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const further = {
        headers: { ...headers, Accept: accept },
        query: { ...query, ...(cursor && { cursor }) },
      };
      const response = await send(id, { ...rest, ...further });
      const text = await response.text();
      const hasHeader = response.headers.get('Content-Type')?.startsWith('text/csv') === true;
      yield hasHeader && !isFirst ? text.slice(text.indexOf('\n') + 1) : text;
      cursor = nextCursorOf(response);
    }
  };

  async function* followRun(runId: string, { tenant, signal }: RunOptions = {}): AsyncGenerator<RunEvent> {
    let lastId: string | undefined;
    for (;;) {
      const headers = lastId === undefined ? undefined : { 'Last-Event-ID': lastId };
      const response = await send('followRun', {
        path: { run_id: runId },
        query: { tenant },
        headers,
        signal,
      });
      try {
        for await (const event of response.body === null ? [] : readEvents(response.body)) {
          lastId = event.id;
          yield event;
          if (event.event === 'end') return;
        }
      } catch (error) {
        signal?.throwIfAborted();
        // The connection broke. The next one goes on where this one was.
        if (!(error instanceof TypeError)) throw error;
      }
      if (response.status === 204) return;
      await pause(reconnectMs, signal);
    }
  }

  return {
    call,
    callWithHeaders,
    eachText,
    followRun,
    startRun: async (tenant, pipeline, options = {}) => {
      const { parameters, idempotencyKey = newKey(), priority, signal } = options;
      const { queueTtlSeconds: queue_ttl, watermark, recordWatermark: record_watermark } = options;
      const headers = { 'Idempotency-Key': idempotencyKey };
      const path = pathOf(tenant, pipeline);
      const query = { priority, queue_ttl, watermark, record_watermark };
      const answer = await call('startRun', { path, headers, query, body: parameters, signal });
      if ('dry_run' in answer) throw new Error('What was to be started was only tried');
      return answer;
    },
    planRun: async (tenant, pipeline, { parameters, watermark, signal } = {}) => {
      const path = pathOf(tenant, pipeline);
      const query = { dry_run: true, watermark };
      const answer = await call('startRun', { path, query, body: parameters, signal });
      if (!('dry_run' in answer)) throw new Error('The server knows no dry runs, and has started the run');
      return answer;
    },
    waitForRun: async (runId, { tenant, signal } = {}) => {
      for await (const { event } of followRun(runId, { tenant, signal })) if (event === 'end') break;
      return call('showRun', { path: { run_id: runId }, query: { tenant }, signal });
    },
    followOperation: (operation, options) => followOperation(call, operation, options),
    waitForOperation: async (operation, options) => {
      let last: Operation | undefined;
      for await (const seen of followOperation(call, operation, options)) last = seen;
      if (last === undefined) throw new Error('An operation that is followed is seen at its end');
      return last;
    },
    eachRun: (query) =>
      eachOf(async (cursor) => {
        const page = await call('listRuns', { query: { ...query, ...cursor } });
        return { items: page.runs, next: page.next_cursor };
      }),
    eachRunOfAllTenants: (query) =>
      eachOf(async (cursor) => {
        const page = await call('listAllRuns', { query: { ...query, ...cursor } });
        return { items: page.runs, next: page.next_cursor };
      }),
    eachTenant: (query) =>
      eachOf(async (cursor) => {
        const page = await call('listTenants', { query: { ...query, ...cursor } });
        return { items: page.tenants, next: page.next_cursor };
      }),
  };
}

function pathOf(tenant: string, path: string) {
  const [provider = '', domain = '', pipeline = ''] = path.split('/');
  return { tenant, provider, domain, pipeline };
}

interface Page<Item> {
  readonly items: readonly Item[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** All items of a list, page after page. */
async function* eachOf<Item>(
  pageAt: (cursor: { readonly cursor?: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<Item> = await pageAt(cursor === undefined ? {} : { cursor });
    yield* page.items;
    cursor = page.next;
  }
}

/** Not randomUUID: browsers have it only in pages that came by https. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
