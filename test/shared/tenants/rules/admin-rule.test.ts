import { readEnv } from '../../../../shared/env';
import { adminRuleOf, isAdmin } from '../../../../shared/tenants/rules/admin-rule';

const key = 'an-admin-key-of-some-length';

describe('The admin rule', () => {
  it.each([['http://127.0.0.1:9050'], ['http://localhost:9050'], ['http://[::1]:9050']])(
    'is open without a key where BigQuery is at %s',
    (BIGQUERY_EMULATOR_HOST) => {
      expect(adminRuleOf(readEnv({ BIGQUERY_EMULATOR_HOST }))).toEqual({ kind: 'open' });
    },
  );

  it.each([
    [undefined],
    ['https://bigquery.googleapis.com'],
    ['http://10.0.0.7:9050'],
    ['http://localhost.example.com:9050'],
    ['http://127.0.0.1@example.com'],
    ['localhost:9050'],
    [''],
  ])('stops the process without a key where BigQuery is at %s', (BIGQUERY_EMULATOR_HOST) => {
    expect(() => adminRuleOf(readEnv({ BIGQUERY_EMULATOR_HOST }))).toThrow(/ADMIN_API_KEY is missing/);
  });

  it('asks for the key wherever there is one, local or not', () => {
    const rule = adminRuleOf(
      readEnv({ ADMIN_API_KEY: key, BIGQUERY_EMULATOR_HOST: 'http://localhost:9050' }),
    );
    expect([undefined, '', 'wrong', `${key} `, key].map((given) => isAdmin(rule, given))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('does not take a short key, and does not repeat it', () => {
    expect(() => readEnv({ ADMIN_API_KEY: 'short' })).toThrow(
      /^Environment: ADMIN_API_KEY: expected at least 16/,
    );
  });
});
