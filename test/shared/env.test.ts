import { readEnv } from '../../shared/env';

describe('the environment', () => {
  it('has a list of topics, empty unless it is given', () => {
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
  ])('refuses the topics %s', (NOTIFY_TOPICS, expected) => {
    expect(() => readEnv({ NOTIFY_TOPICS })).toThrow(expected);
  });
});
