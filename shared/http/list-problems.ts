import { ServiceError } from '../errors';
import { shorten } from '../support/shorten';

/** What is wrong with one field of a request. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** The most problems that an answer lists. */
export const mostProblems = 20;
/** Characters of one problem's message. */
const longestMessage = 2_500;
/** Bytes of all problems as JSON. They are told twice, as text and as a list, in at most 16 KB. */
const largestList = 6_000;

/**
 * `invalid_request` with what is wrong with a request's fields: the first 20 at most, and how many more there
 * are.
 * @param count how many there are, where not all are given
 * @param tell how one reads in the detail
 */
export function invalidFields(
  problems: readonly FieldProblem[],
  count = problems.length,
  tell = ({ field, message }: FieldProblem) => `${field}: ${message};`,
): ServiceError {
  const errors = thatFit(problems);
  const leftOut = count - errors.length;
  const told = errors.map(tell).join(' ').replace(/;$/, '');
  return new ServiceError('invalid_request', leftOut === 0 ? told : `${told} … and ${leftOut} more`, {
    members: leftOut === 0 ? { errors } : { errors, errors_left_out: leftOut },
  });
}

/** The first is always listed. */
function thatFit(problems: readonly FieldProblem[]): readonly FieldProblem[] {
  const listed: FieldProblem[] = [];
  let bytes = 0;
  for (const { field, message } of problems.slice(0, mostProblems)) {
    const problem = { field: shorten(field), message: shorten(message, longestMessage) };
    bytes += Buffer.byteLength(JSON.stringify(problem));
    if (bytes > largestList && listed.length > 0) break;
    listed.push(problem);
  }
  return listed;
}
