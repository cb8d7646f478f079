import { createHash } from 'node:crypto';
import { readEnv } from '../../../../shared/env';
import {
  adminOfKey,
  adminOfPerson,
  adminRuleOf,
  type PeopleRule,
} from '../../../../shared/tenants/rules/admin-rule';

const key = 'an-admin-key-of-some-length';
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

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
    const admin = { name: 'admin', role: 'admin' };
    const given = [undefined, '', 'wrong', `${key} `, hashOf(key), key];
    expect(given.map((one) => adminOfKey(rule, one))).toEqual([...Array(5).fill(undefined), admin]);
  });

  it('knows further keys by their hashes, each with its name and role, also without the first one', () => {
    const ADMIN_API_KEYS = JSON.stringify({
      alice: hashOf('the key of alice'),
      'ci.bot-1': { hash: hashOf('the key of a bot'), role: 'viewer' },
    });
    for (const first of [{}, { ADMIN_API_KEY: key }]) {
      const rule = adminRuleOf(readEnv({ ...first, ADMIN_API_KEYS }));
      expect(adminOfKey(rule, 'the key of alice')).toEqual({ name: 'alice', role: 'admin' });
      expect(adminOfKey(rule, 'the key of a bot')).toEqual({ name: 'ci.bot-1', role: 'viewer' });
      expect(adminOfKey(rule, hashOf('the key of alice'))).toBeUndefined();
    }
  });

  it.each([
    ['{'],
    ['[]'],
    ['"alice"'],
    [`{"alice":"${'0'.repeat(63)}"}`],
    [`{"admin":"${'0'.repeat(64)}"}`],
    [`{"a b":"${'0'.repeat(64)}"}`],
    [`{"alice":{"hash":"${'0'.repeat(64)}","role":"owner"}}`],
    ['{"alice":"the key itself, by mistake"}'],
  ])('does not take the further keys %s, and does not repeat them', (ADMIN_API_KEYS) => {
    const reading = () => readEnv({ ADMIN_API_KEYS });
    expect(reading).toThrow(/^Environment: ADMIN_API_KEYS.*: expected/);
    expect(reading).not.toThrow(/by mistake/);
  });

  it('needs to know whom the proofs of people are for', () => {
    const ADMIN_PEOPLE = 'Alice@example.com, @example.org=viewer';
    expect(() => adminRuleOf(readEnv({ ADMIN_PEOPLE }))).toThrow(/ADMIN_PEOPLE needs/);
    expect(adminRuleOf(readEnv({ ADMIN_PEOPLE, ADMIN_ID_TOKEN_AUDIENCES: 'one,other' }))).toEqual({
      kind: 'named',
      keys: [],
      people: {
        people: [
          { name: 'alice@example.com', role: 'admin' },
          { name: '@example.org', role: 'viewer' },
        ],
        idTokenAudiences: ['one', 'other'],
        iapAudiences: [],
      },
    });
    expect(() => readEnv({ ADMIN_PEOPLE: 'alice' })).toThrow(/ADMIN_PEOPLE.*expected an e-mail address/);
  });

  it('does not take a short key, and does not repeat it', () => {
    expect(() => readEnv({ ADMIN_API_KEY: 'short' })).toThrow(
      /^Environment: ADMIN_API_KEY: expected at least 16/,
    );
  });
});

describe('A person', () => {
  const rule: PeopleRule = {
    people: [
      { name: 'alice@example.com', role: 'admin' },
      { name: '@example.com', role: 'viewer' },
    ],
    idTokenAudiences: ['us'],
    iapAudiences: [],
  };
  it.each([
    ['Alice@Example.com', undefined, { name: 'alice@example.com', role: 'admin' }],
    ['bob@example.com', 'example.com', { name: 'bob@example.com', role: 'viewer' }],
    // An account that the Workspace does not own, with an address of it.
    ['bob@example.com', undefined, undefined],
    ['bob@example.com', 'elsewhere.org', undefined],
    ['mallory@elsewhere.org', 'elsewhere.org', undefined],
  ])('%s of the Workspace %s is %j', (email, hostedDomain, expected) => {
    expect(adminOfPerson(rule, { email, hostedDomain })).toEqual(expected);
  });
});
