import { addressWith } from '../../../console/data/query';

describe('A page’s address with some of its query changed', () => {
  it.each<[string, Record<string, string>, Record<string, string | undefined>, string]>([
    ['keeps what is not named', { tier: 'FREE' }, { sort: 'name' }, '/tenants?tier=FREE&sort=name'],
    [
      'takes away what is undefined',
      { tier: 'FREE', sort: 'name' },
      { tier: undefined },
      '/tenants?sort=name',
    ],
    ['takes away what is empty', { tier: 'FREE' }, { tier: '' }, '/tenants'],
    ['encodes', {}, { search: 'a&b=c' }, '/tenants?search=a%26b%3Dc'],
  ])('%s', (_, query, changed, expected) => {
    expect(addressWith('/tenants', query, changed)).toBe(expected);
  });
});
