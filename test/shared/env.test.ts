import { readEnv } from '../../shared/env';

describe('The environment', () => {
  it('has a list of topics, which is empty by default', () => {
    expect(readEnv({}).NOTIFY_TOPICS).toEqual([]);
    expect(readEnv({ NOTIFY_TOPICS: ' costs-ready, alerts ,' }).NOTIFY_TOPICS).toEqual([
      'costs-ready',
      'alerts',
    ]);
  });

  it.each([
    ['costs/ready', 'NOTIFY_TOPICS.0: expected a topic'],
    ['goog-costs', 'NOTIFY_TOPICS.0: expected a topic'],
    ['costs,pipeline-runs', 'NOTIFY_TOPICS: expected other topics than RUN_TOPIC'],
    ['costs,tenant-events', 'NOTIFY_TOPICS: expected other topics than EVENT_TOPIC'],
  ])('refuses the topics %s', (NOTIFY_TOPICS, expected) => {
    expect(() => readEnv({ NOTIFY_TOPICS })).toThrow(expected);
  });

  it('has a list of hosts, with or without ports', () => {
    expect(readEnv({}).HTTP_STEP_HOSTS).toEqual([]);
    const HTTP_STEP_HOSTS = 'api.example.com,localhost:8443';
    expect(readEnv({ HTTP_STEP_HOSTS }).HTTP_STEP_HOSTS).toEqual(['api.example.com', 'localhost:8443']);
    expect(() => readEnv({ HTTP_STEP_HOSTS: 'https://api.example.com' })).toThrow(
      'HTTP_STEP_HOSTS.0: expected',
    );
  });
});
