import { createLog, type LogSettings } from '../../shared/log';
import { inContext, labelRequest } from '../../shared/telemetry/context';
import { newTrace } from '../../shared/telemetry/trace';
import { createApiKey } from '../../shared/tenants/rules/api-key';

const adminKey = 'an "admin" key/with all ünds';

function collecting(settings: Partial<LogSettings> = {}) {
  const texts: string[] = [];
  const log = createLog({ LOG_SEVERITY: 'DEBUG', ADMIN_API_KEY: adminKey, ...settings }, (line) => {
    texts.push(line);
  });
  return { log, texts, lines: () => texts.map((line): Record<string, unknown> => JSON.parse(line)) };
}

describe('A log line', () => {
  it('is one line of JSON in Cloud Logging’s form', () => {
    const { log, texts, lines } = collecting();
    log('WARNING', 'two\nlines', {
      event: 'run_ended',
      tenant_id: 'acme',
      run_id: 'run-1',
      pipeline: 'a/b/c',
      rows: 3,
    });
    expect(texts).toEqual([expect.stringMatching(/^[^\n]+\n$/)]);
    expect(lines()).toEqual([
      {
        severity: 'WARNING',
        message: 'two\nlines',
        event: 'run_ended',
        rows: 3,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        'logging.googleapis.com/labels': { tenant: 'acme', run: 'run-1', pipeline: 'a/b/c' },
      },
    ]);
  });

  it('has the trace and the labels of its request; its own labels win', () => {
    const trace = newTrace();
    const { log, lines } = collecting({ GOOGLE_CLOUD_PROJECT: 'my-project' });
    inContext({ trace, labels: { tenant: 'acme' } }, () => {
      labelRequest({ run: 'run-1' });
      log('INFO', 'one');
      log('INFO', 'another', { tenant_id: 'other' });
    });
    const traced = {
      'logging.googleapis.com/trace': `projects/my-project/traces/${trace.traceId}`,
      'logging.googleapis.com/spanId': trace.spanId,
      'logging.googleapis.com/trace_sampled': false,
    };
    expect(lines()).toEqual([
      expect.objectContaining({
        ...traced,
        'logging.googleapis.com/labels': { tenant: 'acme', run: 'run-1' },
      }),
      expect.objectContaining({
        ...traced,
        'logging.googleapis.com/labels': { tenant: 'other', run: 'run-1' },
      }),
    ]);
  });

  it('names its trace by the id alone if the project is unknown', () => {
    const trace = newTrace();
    const { log, lines } = collecting();
    inContext({ trace, labels: {} }, () => log('INFO', 'one'));
    expect(lines()).toEqual([expect.objectContaining({ 'logging.googleapis.com/trace': trace.traceId })]);
    expect(lines()[0]).not.toHaveProperty(['logging.googleapis.com/labels']);
  });

  it('has the stack of an error and its causes where Error Reporting looks for it', () => {
    const { log, lines } = collecting();
    log('ERROR', 'failed', { error: new Error('outer', { cause: new Error('inner') }) });
    log('ERROR', 'failed', { error: 'text' });
    expect(lines()).toEqual([
      expect.objectContaining({
        stack_trace: expect.stringMatching(/^Error: outer\n\s+at [\s\S]+Caused by: Error: inner\n\s+at /),
      }),
      expect.objectContaining({ stack_trace: 'text' }),
    ]);
  });

  it('below LOG_SEVERITY is left out, and with NONE every line', () => {
    const { log, texts } = collecting({ LOG_SEVERITY: 'WARNING' });
    log('DEBUG', 'no');
    log('INFO', 'no');
    log('WARNING', 'yes');
    log('ERROR', 'yes');
    expect(texts).toHaveLength(2);
    const none = collecting({ LOG_SEVERITY: 'NONE' });
    none.log('ERROR', 'no');
    expect(none.texts).toEqual([]);
  });
});

describe('A log line for people', () => {
  beforeAll(() => {
    process.env.NO_COLOR = '1';
  });
  afterAll(() => {
    delete process.env.NO_COLOR;
  });
  const run = { tenant_id: 'acme', run_id: '0123456789', pipeline: 'a/b/c' };
  const request = (message: string) => ({
    event: 'request' as const,
    tenant_id: 'acme',
    message,
    httpRequest: { latency: '0.024s' },
  });

  it.each([
    ['INFO', 'GET /healthz 200', request('GET /healthz 200'), /^[\d:]{8} {2}GET \/healthz 200 {2}24 ms\n$/],
    [
      'DEBUG',
      'Run started',
      { event: 'run_started', ...run },
      /^[\d:]{8} {2}Run started {2}acme a\/b\/c · 23456789\n$/,
    ],
    [
      'DEBUG',
      "Step 'load' COMPLETED",
      { event: 'step_ended', ...run, duration_ms: 1250, rows_written: 3, bytes_billed: 10_000_000 },
      /Step 'load' COMPLETED {2}acme a\/b\/c · 23456789 · 1\.3 s · 3 rows · 10 MB billed\n$/,
    ],
    [
      'WARNING',
      'Run FAILED',
      { event: 'run_ended', ...run, duration_ms: 7, error_code: 'check_failed', error_message: 'It failed.' },
      /^[\d:]{8} {2}WARNING Run FAILED {2}acme a\/b\/c · 23456789 · 7 ms · check_failed · It failed\.\n$/,
    ],
    ['ERROR', 'Broken', { error: 'a\nb' }, /^[\d:]{8} {2}ERROR Broken {2}\n {9}a\n {9}b\n$/],
  ] as const)('%s %s', (severity, message, fields, expected) => {
    const { log, texts } = collecting({ LOG_FORMAT: 'pretty' });
    log(severity, message, fields);
    expect(texts).toEqual([expect.stringMatching(expected)]);
  });

  it('is none for a push that was taken, and has no key', () => {
    const { log, texts } = collecting({ LOG_FORMAT: 'pretty' });
    for (const path of ['/', '/events']) log('INFO', `POST ${path} 204`, request(`POST ${path} 204`));
    expect(texts).toEqual([]);
    log('ERROR', 'POST /events 500', request('POST /events 500'));
    log('INFO', 'POST /api/v1/customers/onboard 201', request('POST /api/v1/customers/onboard 201'));
    expect(texts).toHaveLength(2);
    log('INFO', adminKey);
    expect(texts.join()).not.toContain(adminKey);
  });
});

describe('No log line contains a secret:', () => {
  const key = createApiKey('acme');
  const secret = key.slice('acme_api_'.length);

  it.each([
    ['an API key', key],
    ['in capitals', key.toUpperCase()],
    ['cut short', key.slice(0, 20)],
    ['among other things', `{"key":"${key}"}`],
    ['twice', `${key}, ${key}`],
  ])('an API key, %s', (_what, text) => {
    const { log, texts } = collecting();
    log('INFO', text, { tenant_id: text, nested: { list: [text] }, error: new Error(text) });
    expect(texts.join().toUpperCase()).not.toContain(secret.slice(0, 8).toUpperCase());
    expect(texts.join()).toContain('[redacted]');
  });

  it.each([
    ['as it is', adminKey],
    ['as JSON', JSON.stringify({ adminKey })],
    ['in a URL', `/api?key=${encodeURIComponent(adminKey)}`],
  ])('the admin key, %s', (_what, text) => {
    const { log, texts } = collecting();
    log('INFO', text, { nested: { list: [text] }, error: new Error(text) });
    for (const form of ['admin\\', encodeURIComponent(adminKey), 'ünds'])
      expect(texts.join()).not.toContain(form);
    expect(texts.join().match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('but text that only resembles a key stays', () => {
    const { log, texts } = collecting();
    log('INFO', 'gcp/rest_api_costs/daily_api_v2', { pipeline: 'shop/some_api_customers/by_api_2026_day' });
    expect(texts.join()).toContain('gcp/rest_api_costs/daily_api_v2');
    expect(texts.join()).toContain('shop/some_api_customers/by_api_2026_day');
  });
});
