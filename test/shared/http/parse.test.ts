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

describe('What a caller sent', () => {
  it('is told of with the value that was given', () => {
    expect(detailOf({ format: 'x' })).toBe('format: expected a or b, given "x"');
  });

  it('is told of by the name alone where nothing has that name', () => {
    expect(detailOf({ foo: '1' })).toBe('query: Unrecognized key: "foo"');
  });
});
