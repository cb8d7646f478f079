import { AsyncLocalStorage } from 'node:async_hooks';
import { parseTraceparent, type Trace, traceparentOf } from './trace';

/** What log lines are filtered by. */
export interface Labels {
  readonly tenant?: string | undefined;
  readonly run?: string | undefined;
  readonly pipeline?: string | undefined;
  /** Who makes an admin call: the name of a key, or a person's e-mail address. */
  readonly admin?: string | undefined;
}

/**
 * What is known of the current request. AsyncLocalStorage carries it, so that no signature between an HTTP
 * request and a BigQuery job has to mention it. It only says where work comes from: nothing is ever decided
 * by it.
 */
export interface RequestContext {
  trace: Trace;
  labels: Labels;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The current request; undefined outside of one. */
export const currentContext = (): RequestContext | undefined => storage.getStore();

/** Runs the work as part of this request, or with undefined as part of none. */
export const inContext = <T>(context: RequestContext | undefined, work: () => T): T =>
  context === undefined ? storage.exit(work) : storage.run(context, work);

/**
 * The same request at another place of its trace, for a part of its work. Labels are shared with the whole
 * request.
 */
export const childOf = (parent: RequestContext, trace: Trace): RequestContext => ({
  trace,
  get labels() {
    return parent.labels;
  },
  set labels(labels) {
    parent.labels = labels;
  },
});

/** Adds labels to the log lines that this request writes from now on. */
export function labelRequest(labels: Labels): void {
  const context = currentContext();
  if (context !== undefined) context.labels = { ...context.labels, ...labels };
}

/** Makes this request part of the trace that a message brought. A malformed `traceparent` changes nothing. */
export function continueTrace(traceparent: string | undefined): void {
  const context = currentContext();
  const trace = parseTraceparent(traceparent);
  if (context !== undefined && trace !== undefined) context.trace = trace;
}

/** The message attribute that hands the trace on; none outside of a request. */
export function traceAttributes(): { readonly traceparent?: string } {
  const context = currentContext();
  return context === undefined ? {} : { traceparent: traceparentOf(context.trace) };
}

/**
 * The label by which a request's BigQuery jobs can be found. A job that serves several requests (group
 * commit) carries the label of the first.
 */
export function traceLabel(): { readonly trace?: string } {
  const context = currentContext();
  return context === undefined ? {} : { trace: context.trace.traceId };
}
