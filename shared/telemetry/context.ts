import { AsyncLocalStorage } from 'node:async_hooks';
import { parseTraceparent, type Trace, traceparentOf } from './trace';

/** What a line of the log can be found by. */
export interface Labels {
  readonly tenant?: string | undefined;
  readonly run?: string | undefined;
  readonly pipeline?: string | undefined;
}

/**
 * What belongs to the request under way, wherever its work leads: carried by AsyncLocalStorage, so that no signature
 * between an HTTP request and a BigQuery job has to name it. It says where work came from, and never decides anything.
 */
export interface RequestContext {
  trace: Trace;
  labels: Labels;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The request under way; undefined outside of one. */
export const currentContext = (): RequestContext | undefined => storage.getStore();

/** Does the work as part of the request; undefined: as part of none. */
export const inContext = <T>(context: RequestContext | undefined, work: () => T): T =>
  context === undefined ? storage.exit(work) : storage.run(context, work);

/** The same request with another place in its trace, for a part of its work. What it is labelled with, all of it is. */
export const childOf = (parent: RequestContext, trace: Trace): RequestContext => ({
  trace,
  get labels() {
    return parent.labels;
  },
  set labels(labels) {
    parent.labels = labels;
  },
});

/** Adds to what the lines of this request can be found by, from now on. */
export function labelRequest(labels: Labels): void {
  const context = currentContext();
  if (context !== undefined) context.labels = { ...context.labels, ...labels };
}

/** From now on this request is part of the trace that a message brought; a malformed one changes nothing. */
export function continueTrace(traceparent: string | undefined): void {
  const context = currentContext();
  const trace = parseTraceparent(traceparent);
  if (context !== undefined && trace !== undefined) context.trace = trace;
}

/** The attribute that takes the trace along with a message; none outside of a request. */
export function traceAttributes(): { readonly traceparent?: string } {
  const context = currentContext();
  return context === undefined ? {} : { traceparent: traceparentOf(context.trace) };
}

/**
 * The label of BigQuery jobs by which a request's jobs are found. A job that serves several requests (group commit)
 * carries the first one's.
 */
export function traceLabel(): { readonly trace?: string } {
  const context = currentContext();
  return context === undefined ? {} : { trace: context.trace.traceId };
}
