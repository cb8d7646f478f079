import { z } from 'zod';
import { parseRequest } from '../../../shared/http/parse';

const schema = z.strictObject({ format: z.enum(['a', 'b'], { error: 'expected a or b' }).optional() });

const detailOf = (given: unknown) => {
  try {
    return parseRequest(schema, given, 'query');
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};

describe('A request that does not fit its schema', () => {
  it('is answered with the value that was given', () => {
    expect(detailOf({ format: 'x' })).toBe('format: expected a or b, given "x"');
  });

  it('is answered with the name alone if no field has that name', () => {
    expect(detailOf({ foo: '1' })).toBe('query: Unrecognized key: "foo"');
    expect(detailOf(JSON.parse('{"__proto__":1}'))).toBe('query: Unrecognized key: "__proto__"');
  });

  it('is answered with 20 names at most, each of 100 characters at most, and how many more there are', () => {
    const names = Array.from({ length: 25 }, (_, index) => String(index).padEnd(200, 'x'));
    const told = String(detailOf(Object.fromEntries(names.map((name) => [name, 1]))));
    expect(told.match(/x…/g)).toHaveLength(20);
    expect(told).toMatch(/ and 5 more$/);
    expect(told).not.toContain('x'.repeat(100));
  });

  it('is answered with 20 problems at most, and how many more there are', () => {
    const list = z.strictObject({ list: z.array(z.number('expected a number')) });
    try {
      parseRequest(list, { list: new Array(1000).fill('x') });
      expect('it threw').toBe('');
    } catch (error) {
      const { errors, errors_left_out } = Object(Reflect.get(Object(error), 'members'));
      expect([errors.length, errors_left_out]).toEqual([20, 980]);
      expect(String(error)).toMatch(/list\.19: expected a number, given "x" … and 980 more$/);
    }
  });
});
