import { type ProblemCode, ServiceError } from '../../errors';
import { createBoundedMap } from '../../support/bounded-map';
import { createFailureLimit, tooManyFailures } from '../../support/failure-limit';

/** Who makes a request, as far as that is known. */
export interface RequestCaller {
  readonly address: string;
  /** Of the valid key that came with the request; undefined until one was found. */
  keyId: string | undefined;
  /** Bytes of the body that have been read. */
  bodyBytes: number;
}

/** Bounds how often an address, or a key, may fail in this instance. */
export interface FailingCallers {
  /** What the caller is told of the error: 429 where it has failed too often. Counts it otherwise. */
  readonly answer: (error: unknown, caller: RequestCaller) => unknown;
  /** The most bytes of a body that are read for this caller; undefined: as many as for anybody. */
  readonly mostBodyBytes: (caller: RequestCaller) => number | undefined;
  /**
   * Whether a 429 of this caller gets a log line: one a minute does, so that a flood of them costs no flood of
   * lines. Metrics count all.
   */
  readonly isToLog: (caller: RequestCaller) => boolean;
}

/** An administrator's requests are not limited: whoever has that key is trusted. */
export const adminCaller = 'admin';

/** What a caller could have known to be wrong. Quotas, and things that come and go, are no failures. */
const failures: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'invalid_request',
  'unauthenticated',
  'tenant_mismatch',
  'insufficient_scope',
  'pipeline_not_allowed',
  'run_mismatch',
  'not_found',
  'pipeline_not_found',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
]);
/** A large body that is wrong costs about as much as so many small ones. */
const bytesOfOneFailure = 10_000;
/** More than any body needs: parameters are 32 KB at most, and escapes make three times of that. */
const mostBytesOfFailing = 100_000;

/**
 * Requests that succeed are never limited, whoever else fails at the same address or with the same key: each
 * request is judged as usual, and only one that fails can become 429. What is spared beyond the caller's limit
 * is the reading of large bodies (here), and the look-ups of unknown keys (AuthenticateTenant).
 * @param perMinute how many requests may fail a minute, and at once
 */
export function createFailingCallers(perMinute: number): FailingCallers {
  const limit = createFailureLimit({ burst: perMinute, perMinute });
  /** By caller: when the last line was written, in monotonic milliseconds. */
  const logged = createBoundedMap<number>(1_000);
  return {
    answer(error, caller) {
      const isFailure = error instanceof ServiceError && failures.has(error.code);
      if (!isFailure || caller.keyId === adminCaller) return error;
      const waitMs = limit.waitMs(nameOf(caller));
      if (waitMs > 0)
        return tooManyFailures(caller.keyId === undefined ? 'of this address' : 'with this key', waitMs);
      limit.count(nameOf(caller), 1 + Math.floor(caller.bodyBytes / bytesOfOneFailure));
      return error;
    },
    isToLog(caller) {
      const name = nameOf(caller);
      const now = performance.now();
      if (now - (logged.get(name) ?? Number.NEGATIVE_INFINITY) < 60_000) return false;
      logged.set(name, now);
      return true;
    },
    mostBodyBytes: (caller) => (limit.waitMs(nameOf(caller)) > 0 ? mostBytesOfFailing : undefined),
  };
}

const nameOf = ({ keyId, address }: RequestCaller): string =>
  keyId === undefined ? `address ${address}` : `key ${keyId}`;
