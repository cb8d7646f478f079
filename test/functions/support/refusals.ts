import type { RawAnswer } from '../../support/raw-request';

export interface Refusal {
  readonly status: number;
  readonly code?: string;
  /** Part of the detail. */
  readonly detail?: string;
  /** What the answer must not contain: keys that were sent, for example. */
  readonly secrets?: readonly string[];
}

/** Checks that the answer is a complete problem and tells nothing internal. Returns its members. */
export function expectProblem(answer: RawAnswer, path: string, expected: Refusal): Record<string, unknown> {
  expect({ status: answer.status, type: answer.headers['content-type'], text: answer.text }).toEqual({
    status: expected.status,
    type: 'application/problem+json',
    text: answer.text,
  });
  const problem: Record<string, unknown> = JSON.parse(answer.text);
  expect(problem).toMatchObject({
    type: `urn:tenant-pipelines:problem:${problem.code}`,
    title: expect.stringMatching(/^[A-Z].+/),
    status: expected.status,
    detail: expect.stringMatching(/.+/),
    instance: path,
    code: expect.stringMatching(/^[a-z_]+$/),
  });
  if (expected.code !== undefined) expect(problem.code).toBe(expected.code);
  if (expected.detail !== undefined) expect(problem.detail).toContain(expected.detail);
  expectNothingOfTheInside(answer.text, path, expected.secrets ?? []);
  return problem;
}

const inside = [/\n\s+at /, /\\n\s+at /, /node_modules/, /node:internal/, /\.[jt]s\b/, /\/tmp\//];

function expectNothingOfTheInside(text: string, path: string, secrets: readonly string[]): void {
  // The path that was asked for is repeated, and may contain anything.
  const told = text.replaceAll(JSON.stringify(path).slice(1, -1), '');
  for (const pattern of inside) expect(told).not.toMatch(pattern);
  expect(told).not.toContain(process.cwd());
  for (const secret of secrets.filter((candidate) => candidate.length > 3))
    expect(text).not.toContain(secret);
}
