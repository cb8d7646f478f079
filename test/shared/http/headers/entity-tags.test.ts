import {
  entityTag,
  ifMatchOf,
  isKnownToCaller,
  preconditionFailed,
} from '../../../../shared/http/headers/entity-tags';

const request = (name: string, value?: string) => ({
  header: (asked: string) => (asked === name ? value : undefined),
});

describe('If-Match', () => {
  it.each([
    ['is absent', undefined, 'any'],
    ['is an asterisk', ' * ', 'any'],
    ['names one version', '"a-1"', ['a-1']],
    ['names several', '"a-1" ,"b-2"', ['a-1', 'b-2']],
    ['has weak tags, which match nothing', 'W/"a-1", "b-2"', ['b-2']],
    ['has only a weak tag', 'W/"a-1"', []],
  ])('%s', (_, given, expected) => {
    expect(ifMatchOf(request('If-Match', given))).toEqual(expected);
  });

  it.each(['a-1', '"a-1', '', '"a" "b"', '*, "a"', 'w/"a"', '"a", '])(
    'is refused where it is %j',
    (given) => {
      expect(() => ifMatchOf(request('If-Match', given))).toThrow(
        expect.objectContaining({ code: 'invalid_request', detail: expect.stringMatching(/^If-Match: /) }),
      );
    },
  );
});

describe('If-None-Match', () => {
  it.each([
    [undefined, false],
    ['*', true],
    ['"a-1"', true],
    ['W/"a-1"', true],
    ['"a-2", "a-1"', true],
    ['"a-2"', false],
  ])('%j of version a-1 is known: %j', (given, expected) => {
    expect(isKnownToCaller(request('If-None-Match', given), 'a-1')).toBe(expected);
  });
});

it('a caller that is late is told the version of now', () => {
  expect(preconditionFailed('a-2')).toMatchObject({
    code: 'precondition_failed',
    headers: entityTag('a-2'),
  });
});
