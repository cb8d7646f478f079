/** How long a caller waits for an answer unless a deployment says otherwise, in milliseconds. */
export const usualAnswerMs = 15_000;

/**
 * How long a part of a call may take where callers wait `answerMs`, in milliseconds: in the same proportion as it may
 * take `usualMs` of the usual time. So parts fit into the whole, however long that is.
 */
export const partOfAnswer = (usualMs: number, answerMs: number = usualAnswerMs): number =>
  (usualMs * answerMs) / usualAnswerMs;
