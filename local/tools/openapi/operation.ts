import type { z } from 'zod';
import type { ProblemCode } from '../../../shared/errors';
import type { Access, OperationId } from '../../../shared/http/access';
import type { DeprecatedParts } from '../../../shared/http/headers/deprecations';
import type { AnswerName } from './answers';

/** One call of the HTTP interface, as openapi.json tells of it. */
export interface OperationText {
  /** The client's method has this name. */
  readonly id: OperationId;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** The heading under which it stands. */
  readonly tag:
    | 'Onboarding'
    | 'Starting runs'
    | 'Runs'
    | 'Pipelines'
    | 'Results'
    | 'Tenants'
    | 'Administration'
    | 'Offboarding'
    | 'API keys'
    | 'Audit'
    | 'Schedules'
    | 'Webhooks'
    | 'Runs of all tenants'
    | 'Usage and billing'
    | 'Operations'
    | 'Health';
  readonly summary: string;
  readonly description?: string;
  /** The names are those of the schema that parses the query. */
  readonly query?: Readonly<Record<string, Parameter>>;
  /** Of the request, besides the key. */
  readonly headers?: Readonly<Record<string, Parameter>>;
  readonly body?: RequestBody;
  readonly answers: readonly Answer[];
  /** What it can be refused with, besides what every call can be. */
  readonly problems: readonly ProblemCode[];
}

export interface Operation extends OperationText {
  /** Who may make it: see accessOf. */
  readonly access: Access;
  /** What of it is deprecated: see deprecations. */
  readonly deprecated: DeprecatedParts;
}

export interface Parameter {
  readonly description: string;
  /** As JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether the call is refused without it. */
  readonly isRequired?: true;
}

export interface RequestBody {
  readonly schema: z.ZodType;
  /** The name of the type that clients get. */
  readonly name: string;
  readonly isRequired: boolean;
}

export interface Answer {
  readonly status: number;
  readonly description: string;
  /** Absent where it has no body. */
  readonly body?: AnswerBody;
  /** The media type that it has instead of JSON where `Accept` asks for that. */
  readonly alsoAs?: string;
  readonly headers?: readonly AnswerHeader[];
}

/** A type with a name of its own, or a text in another format than JSON. */
export type AnswerBody = { readonly name: AnswerName } | { readonly mediaType: string };

/** Headers that answers carry besides X-Request-Id, which all have. */
export const answerHeaders = {
  Location: 'Where what was made can be read.',
  RateLimit: 'What is left of the quotas that the tenant has (IETF draft-ietf-httpapi-ratelimit-headers-11).',
  'RateLimit-Policy': 'The quotas that the tenant has.',
  'Preference-Applied': 'What of `Prefer` is heeded.',
  Link: 'The next page, as `<address>; rel="next"` (RFC 8288).',
  ETag: 'Names the version. Of a tenant it is what administrators have made of it: its counters, which move with each run, have no part in it.',
  'Retry-After': 'After so many seconds it makes sense to ask again.',
  'X-Billing-Status': 'final: nothing is added to the month any more; preliminary: runs of it may still end.',
} as const;
export type AnswerHeader = keyof typeof answerHeaders;

/** Of the answers of a call of which something is deprecated. */
export const headersOfDeprecated = ({ call, parameters = {} }: DeprecatedParts) =>
  call === undefined && Object.keys(parameters).length === 0
    ? {}
    : {
        Deprecation: {
          description: 'Since when what was called is deprecated (RFC 9745).',
          schema: { type: 'string' },
        },
        Sunset: { description: 'From when on it may be gone (RFC 8594).', schema: { type: 'string' } },
      };
