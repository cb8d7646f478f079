import type { OperationId } from '../access';

/** What is still there, but not for ever. */
export interface Deprecation {
  readonly since: Date;
  /** From then on it may be gone. Absent: that is not known yet. */
  readonly sunset?: Date;
  /** Where it is told what to use instead. */
  readonly link?: string;
}

/** What of a call is deprecated. */
export interface DeprecatedParts {
  /** All of it. */
  readonly call?: Deprecation;
  /** Parameters of its query, by their names. */
  readonly parameters?: Readonly<Record<string, Deprecation>>;
}

export type Deprecations = { readonly [Operation in OperationId]?: DeprecatedParts };

/**
 * The one place that says which calls, and which parameters of others, are deprecated: answers tell it in their
 * headers, and openapi.json marks it.
 */
export const deprecations: Deprecations = {};

/**
 * What the answers of a deprecated call say, or those of a call with a deprecated parameter: RFC 9745
 * (`Deprecation`), RFC 8594 (`Sunset`), and a `Link` behind those that the answer has. Of several parts the
 * earliest times.
 */
export function deprecationHeaders(
  { call, parameters = {} }: DeprecatedParts,
  query: URLSearchParams,
  headers: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const used = Object.entries(parameters).flatMap(([name, part]) => (query.has(name) ? [part] : []));
  const parts = call === undefined ? used : [call, ...used];
  const since = earliest(parts.map((part) => part.since));
  if (since === undefined) return {};
  const sunset = earliest(parts.flatMap((part) => part.sunset ?? []));
  const links = parts.flatMap(({ link }) => (link === undefined ? [] : [`<${link}>; rel="deprecation"`]));
  const told = [...new Set([...(headers.Link === undefined ? [] : [headers.Link]), ...links])];
  return {
    Deprecation: `@${Math.floor(since.getTime() / 1000)}`,
    ...(sunset !== undefined && { Sunset: sunset.toUTCString() }),
    ...(told.length > 0 && { Link: told.join(', ') }),
  };
}

const earliest = (times: readonly Date[]): Date | undefined =>
  times.toSorted((one, other) => one.getTime() - other.getTime())[0];
