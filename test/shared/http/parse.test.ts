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
  });
});
