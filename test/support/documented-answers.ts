import { answerSchemas } from '../../local/tools/openapi/answers';
import { operationsOf } from '../../local/tools/openapi/document';
import type { Operation } from '../../local/tools/openapi/operation';
import { problemsOf } from '../../local/tools/openapi/problems';

/** What was answered, to whom it may be new. */
export interface Answered {
  readonly method: string;
  /** With the query, if there is one. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly body: unknown;
}

const operations = operationsOf({});

/** The call of openapi.json that a request is; undefined where it is none. */
export function operationOf(method: string, path: string): Operation | undefined {
  const segments = path.split('?', 1)[0]?.split('/') ?? [];
  const matches = (pattern: readonly string[]) =>
    pattern.length === segments.length &&
    pattern.every((part, index) => part.startsWith('{') || part === segments[index]);
  return operations.find((operation) => operation.method === method && matches(operation.path.split('/')));
}

/**
 * Fails where an answer is not what openapi.json says of its call: another status, a field more or less or of
 * another form, or a problem that is not listed.
 */
export function expectDocumented({ method, path, status, contentType, body }: Answered): void {
  const operation = operationOf(method, path);
  if (operation === undefined) return;
  const place = `${operation.id} ${status}`;
  const answer = operation.answers.find((listed) => listed.status === status);
  if (answer === undefined) {
    const problem = answerSchemas.Problem.safeParse(body);
    const code = problem.data?.code;
    const listed = problemsOf(operation).find((known) => known === code);
    if (listed === undefined || contentType !== 'application/problem+json')
      throw new Error(`${place}: openapi.json lists no such answer: ${contentType} ${JSON.stringify(body)}`);
    return;
  }
  if (answer.body === undefined || !('name' in answer.body) || contentType !== 'application/json') return;
  const parsed = answerSchemas[answer.body.name].safeParse(body);
  if (!parsed.success)
    throw new Error(
      `${place} is not as openapi.json has it: ${parsed.error.message}\n${JSON.stringify(body)}`,
    );
}
