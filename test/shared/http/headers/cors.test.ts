import { originPatternSchema, originRule } from '../../../../shared/http/headers/cors';

describe('Origins of web pages', () => {
  const isAllowed = originRule(['https://app.example.com', 'https://*.example.org', 'http://localhost:*']);

  it.each([
    'https://app.example.com',
    'https://a.example.org',
    'https://a.b.example.org',
    'http://localhost',
    'http://localhost:5173',
  ])('%s is allowed', (origin) => expect(isAllowed(origin)).toBe(true));

  it.each([
    ['another scheme', 'http://app.example.com'],
    ['another port', 'https://app.example.com:8443'],
    ['another host', 'https://app.example.com.attacker.example'],
    ['the domain itself, where its hosts are meant', 'https://example.org'],
    ['a host that only ends alike', 'https://attackerexample.org'],
    ['a dot that is another letter', 'https://a.exampleXorg'],
    ['a host behind a name', 'http://localhost:80@attacker.example'],
    ['a port that is none', 'http://localhost:5173.attacker.example'],
    ['no origin of its own', 'null'],
    ['nothing', ''],
  ])('%s is not: %s', (_, origin) => expect(isAllowed(origin)).toBe(false));

  it.each([
    '*',
    'https://*',
    'https://app.example.com/',
    'app.example.com',
    'HTTPS://app.example.com',
    'https://a*.b',
  ])('cannot be configured as %s', (pattern) =>
    expect(originPatternSchema.safeParse(pattern).success).toBe(false),
  );
});
