import { ApiProblem } from '../../client';

/** What went wrong, for people. */
export interface ShownProblem {
  readonly title: string;
  readonly detail: string;
  /** The interface's own name for it; undefined: it did not come from the interface. */
  readonly code: string | undefined;
  /** By which operators find it in the log. */
  readonly requestId: string | undefined;
  /** By the name of the field. */
  readonly fields: ReadonlyMap<string, string>;
  /** Whether it makes sense to ask again without changing anything. */
  readonly isPassing: boolean;
}

const none: ReadonlyMap<string, string> = new Map();

/** What is wrong with a field, or with a part of it, such as `alert_at_percent.2`. */
export const fieldError = (problem: ShownProblem | undefined, name: string): string | undefined =>
  [...(problem?.fields ?? [])].find(([field]) => field === name || field.startsWith(`${name}.`))?.[1];

/** What is wrong with fields that the detail does not tell already. */
export const untoldFields = ({ fields, detail }: Pick<ShownProblem, 'fields' | 'detail'>) =>
  [...fields].filter(([, message]) => !detail.includes(message));

/** What is left to tell of a problem of which some is told beside its fields; undefined: nothing. */
export function besideFields(
  problem: ShownProblem,
  besides: readonly (string | null | undefined)[],
): ShownProblem | undefined {
  const fields = new Map([...problem.fields].filter(([, message]) => !besides.includes(message)));
  if (fields.size === problem.fields.size) return problem;
  return fields.size === 0 ? undefined : { ...problem, detail: '', fields };
}

/** What broke while a page was drawn: nothing that was asked for, whatever kind of error it is. */
export const shownFault = (error: unknown): ShownProblem => ({
  title: 'The console itself has failed here',
  detail: `Other pages may work. Whoever runs it will want to know this: ${error instanceof Error ? error.message : error}`,
  code: undefined,
  requestId: undefined,
  fields: none,
  isPassing: true,
});

/** An answer's problem in words, or what keeps answers from coming. Never shows a stack trace. */
export function shownProblem(error: unknown): ShownProblem {
  if (error instanceof ApiProblem) {
    const { status, code, problem, message, requestId } = error;
    const isNobodys = code === 'unauthenticated';
    const title = isNobodys ? 'This key is not valid' : (problem.title ?? `The server answered ${status}`);
    const detail = isNobodys
      ? 'It is unknown here, was revoked, or has expired.'
      : code === 'unknown'
        ? 'What answered is not this interface.'
        : message;
    const fields = new Map(problem.errors?.map(({ field, message }) => [field, message]));
    return { title, detail, code, requestId, fields, isPassing: status === 429 || status >= 500 };
  }
  if (error instanceof TypeError)
    return {
      title: 'The server cannot be reached',
      detail: 'No connection could be made, or it broke. Your network or the server may be down.',
      code: undefined,
      requestId: undefined,
      fields: none,
      isPassing: true,
    };
  const detail = error instanceof Error ? error.message : 'Something unexpected has happened.';
  const title = 'That did not work';
  return { title, detail, code: undefined, requestId: undefined, fields: none, isPassing: true };
}
