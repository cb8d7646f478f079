import {
  classifyFailure,
  isDuplicate,
  isNotFound,
  isRetryable,
} from '../../../../shared/google/bigquery/failures';

/** An error as Google's client throws it. */
const apiError = (code: number, reason: string, message: string) =>
  Object.assign(new Error(message), { code, errors: [{ reason, message }] });
const connectionError = (code: string) =>
  Object.assign(new Error(`request failed, reason: ${code}`), { code });

describe('failures of BigQuery', () => {
  const cases: readonly (readonly [string, unknown, string, string])[] = [
    ['bad SQL', apiError(400, 'invalidQuery', 'Unrecognized name: x at [1:8]'), 'permanent', 'invalid_query'],
    ['bad data', { reason: 'invalid', message: 'Error while reading data' }, 'permanent', 'invalid_data'],
    ['no access', apiError(403, 'accessDenied', 'Access Denied'), 'permanent', 'access_denied'],
    [
      'the billing limit',
      apiError(400, 'bytesBilledLimitExceeded', 'x'),
      'permanent',
      'bytes_limit_exceeded',
    ],
    ['a missing table', apiError(404, 'notFound', 'Not found: Table a'), 'not_found', 'not_found'],
    ['a job that exists', apiError(409, 'duplicate', 'Already Exists: Job a'), 'duplicate', 'duplicate'],
    ['an outage', apiError(503, 'backendError', 'x'), 'transient', 'unavailable'],
    ['an outage in a job', { reason: 'jobInternalError', message: 'x' }, 'transient', 'unavailable'],
    ['a rate limit', apiError(403, 'rateLimitExceeded', 'x'), 'transient', 'unavailable'],
    [
      'a proxy without reasons',
      Object.assign(new Error('Bad Gateway'), { code: 502 }),
      'transient',
      'unavailable',
    ],
    ['429 without reasons', Object.assign(new Error('x'), { code: 429 }), 'transient', 'unavailable'],
    ['a refused connection', connectionError('ECONNREFUSED'), 'transient', 'unavailable'],
    ['a broken connection', connectionError('ECONNRESET'), 'transient', 'unavailable'],
    [
      'a concurrent update',
      apiError(400, 'invalidQuery', 'Could not serialize access to table a:b.c due to concurrent update'),
      'conflict',
      'conflict',
    ],
    [
      'too much DML at once',
      apiError(
        400,
        'resourcesExceeded',
        'Resources exceeded during query execution: Too many DML statements outstanding against table a:b.c, limit is 20.',
      ),
      'conflict',
      'conflict',
    ],
    [
      'an aborted transaction',
      apiError(400, 'invalidQuery', 'Transaction is aborted due to concurrent update against table a:b.c'),
      'conflict',
      'conflict',
    ],
    [
      'a query that is too big',
      apiError(400, 'resourcesExceeded', 'Out of memory'),
      'permanent',
      'resources_exceeded',
    ],
    [
      'a statement of a script that is too big',
      { reason: 'invalidQuery', message: 'Query error: Resources exceeded during query execution at [1:1]' },
      'permanent',
      'resources_exceeded',
    ],
    [
      'an answer of a script that is too big',
      { reason: 'invalidQuery', message: 'Query error: Response too large to return. Consider … at [2:1]' },
      'permanent',
      'resources_exceeded',
    ],
    [
      'a concurrent update met by a script',
      {
        reason: 'invalidQuery',
        message: 'Query error: Could not serialize access to table a:b.c due to concurrent update at [1:1]',
      },
      'conflict',
      'conflict',
    ],
    ['an unknown reason', apiError(400, 'somethingNew', 'x'), 'permanent', 'invalid_query'],
    ['a bug', new TypeError('x is undefined'), 'permanent', 'internal'],
    [
      'a reason that is a property of every object',
      { reason: 'constructor', message: 'x' },
      'permanent',
      'internal',
    ],
    ['nothing', undefined, 'permanent', 'internal'],
    ['a string', 'oops', 'permanent', 'internal'],
  ];
  it.each(cases)('%s', (_, error, kind, code) => {
    expect(classifyFailure(error)).toMatchObject({ kind, code });
    expect(isRetryable(error)).toBe(kind === 'transient' || kind === 'conflict');
    expect(isNotFound(error)).toBe(kind === 'not_found');
    expect(isDuplicate(error)).toBe(kind === 'duplicate');
  });

  it("keeps BigQuery's own message", () => {
    const error = apiError(400, 'invalidQuery', 'Unrecognized name: x at [1:8]');
    expect(classifyFailure(error).message).toBe('Unrecognized name: x at [1:8]');
  });
});
