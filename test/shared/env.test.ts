import { readEnv } from '../../shared/env';

describe('The environment', () => {
  it('has a list of topics, which is empty by default', () => {
    expect(readEnv({}).NOTIFY_TOPICS).toEqual([]);
    expect(readEnv({ NOTIFY_TOPICS: ' costs-ready, alerts ,' }).NOTIFY_TOPICS).toEqual([
      'costs-ready',
      'alerts',
    ]);
  });

  it('names types of events, all of them by default', () => {
    expect(readEnv({}).EVENT_TYPES).toEqual([]);
    expect(readEnv({ EVENT_TYPES: 'run.settled, quota.threshold' }).EVENT_TYPES).toEqual([
      'run.settled',
      'quota.threshold',
    ]);
    expect(() => readEnv({ EVENT_TYPES: 'run.ended' })).toThrow('EVENT_TYPES.0: ');
  });

  it.each([
    ['costs/ready', 'NOTIFY_TOPICS.0: expected a topic'],
    ['goog-costs', 'NOTIFY_TOPICS.0: expected a topic'],
    ['costs,pipeline-runs', 'NOTIFY_TOPICS: expected other topics than RUN_TOPIC'],
    ['costs,tenant-events', 'NOTIFY_TOPICS: expected other topics than EVENT_TOPIC'],
  ])('refuses the topics %s', (NOTIFY_TOPICS, expected) => {
    expect(() => readEnv({ NOTIFY_TOPICS })).toThrow(expected);
  });

  const local = { BIGQUERY_EMULATOR_HOST: 'http://localhost:9050' };

  it('has servers of this machine in place of hosts, on a developer’s machine', () => {
    const HTTP_STEP_LOCAL = 'api.example.com=http://localhost:3000,other:8443=http://127.0.0.1:1';
    expect(readEnv({ ...local, HTTP_STEP_LOCAL }).HTTP_STEP_LOCAL).toEqual({
      'api.example.com': 'http://localhost:3000',
      'other:8443': 'http://127.0.0.1:1',
    });
  });

  it.each([
    ['where code is deployed', { ...local, K_SERVICE: 'worker' }, 'a=http://localhost:1', 'machine only'],
    ['beside Google’s BigQuery', {}, 'a=http://localhost:1', 'HTTP_STEP_LOCAL: expected on a developer'],
    ['of another machine', local, 'a=http://metadata:80', 'expected a host and a server of this machine'],
    ['without a host', local, 'http://localhost:1', 'expected a host and a server of this machine'],
    ['without a port', local, 'a=http://localhost', 'expected a host and a server of this machine'],
  ])('refuses such servers %s', (_, environment, HTTP_STEP_LOCAL, expected) => {
    expect(() => readEnv({ ...environment, HTTP_STEP_LOCAL })).toThrow(expected);
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
