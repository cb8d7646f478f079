import { actorWords } from '../../../console/format/actors';

it.each([
  ['key', 'nightly job', 'key nightly job'],
  ['person', 'ada@example.com', 'person ada@example.com'],
  ['admin', 'admin', 'admin'],
])('a %s named %s is told once', (kind, name, words) => {
  expect(actorWords(kind, name)).toBe(words);
});
