// Made of schemas/openapi.json: `npm run schema` writes this file.

export type Health = {
  readonly status: 'ok';
};
export type Readiness = {
  readonly status: 'ok' | 'unavailable';
  readonly bigquery: 'ok' | 'unreachable';
  readonly pubsub: 'ok' | 'unreachable';
};
export interface HealthOperations {
  /** This document as a page. */
  readonly showReference: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: string;
  };
  /** This document. */
  readonly showDocument: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: string;
  };
  /** Whether the process answers. */
  readonly showHealth: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Health;
  };
  /** Whether BigQuery and Pub/Sub answer, as seen within the last five seconds. */
  readonly showReadiness: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Readiness;
  };
}
