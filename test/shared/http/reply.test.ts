import { ServiceError } from '../../../shared/errors';
import { problemReply } from '../../../shared/http/reply';

const headersOf = (error: unknown) => problemReply(error, '/here', () => undefined).headers;
const problem = { 'Content-Type': 'application/problem+json' };

describe('A problem', () => {
  it('is at most 16 KB, whatever its error brings', () => {
    const members = { errors: new Array(5000).fill('x€') };
    const error = new ServiceError('invalid_request', '€'.repeat(20_000), { members });
    const { body } = problemReply(error, `/${'x'.repeat(16_000)}`, () => undefined);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(16_384);
    expect(body).toMatchObject({ code: 'invalid_request', detail: expect.stringMatching(/^€+…$/) });
  });
});

describe('The headers of a problem', () => {
  it('ask for an API key if there was none that is valid', () => {
    expect(headersOf(new ServiceError('unauthenticated', 'Who?'))).toEqual({
      'WWW-Authenticate': 'ApiKey',
      ...problem,
    });
  });

  it('say when to come back, beside the headers that the error brings', () => {
    const extras = { retryAfterSeconds: 60, headers: { RateLimit: '"concurrent";r=0' } };
    expect(headersOf(new ServiceError('concurrent_limit_reached', 'Full.', extras))).toEqual({
      RateLimit: '"concurrent";r=0',
      'Retry-After': '60',
      ...problem,
    });
  });

  it('say to come back in a second if BigQuery cannot serve at the moment', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(headersOf(cause)).toEqual({ 'Retry-After': '1', ...problem });
  });

  it.each(['resourcesExceeded', 'responseTooLarge'])(
    'say to come back later if a statement was too large for BigQuery: %s',
    (reason) => {
      const message = 'Resources exceeded during query execution: too many rows.';
      const error = Object.assign(new Error(message), { code: 400, errors: [{ reason, message }] });
      const { status, body, headers } = problemReply(error, '/here', () => undefined);
      expect({ status, body }).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(JSON.stringify(body)).not.toContain('rows');
      expect(headers).toEqual({ 'Retry-After': '10', ...problem });
    },
  );

  it('say nothing else of other errors', () => {
    expect(headersOf(new ServiceError('tenant_inactive', 'Inactive.'))).toEqual(problem);
    expect(headersOf(new Error('unexpected'))).toEqual(problem);
  });
});
