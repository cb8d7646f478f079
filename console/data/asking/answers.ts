export interface KeptAnswer {
  readonly answer: unknown;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
}

/** The last answers by what was asked, so that a page that is opened again shows them while it asks anew. */
const answers = new Map<string, KeptAnswer>();
const most = 100;

export const answerTo = (name: string): KeptAnswer | undefined => answers.get(name);

export function keepAnswer(name: string, answer: unknown, at: number): void {
  answers.delete(name);
  answers.set(name, { answer, at });
  const [oldest] = answers.keys();
  if (answers.size > most && oldest !== undefined) answers.delete(oldest);
}

/** Nothing of one session is shown in the next. */
export const forgetAnswers = (): void => answers.clear();
