import { refuse } from './api-failures';

/** Looks for a secret in what an API answers. Throws a KnownFailure if it is found. */
export interface SecretGuard {
  readonly check: (text: string) => void;
  /** The same for data in pieces: the secret may lie across two of them. */
  readonly checkPieces: () => (piece: Buffer) => void;
}

/** The shortest token (the secret without its scheme) to look for: a shorter one may be found by chance. */
const shortestToken = 8;

/** People who read the rows must not see the secret: an answer that repeats it is not loaded. */
export function createSecretGuard(secret: string | undefined): SecretGuard {
  const token = secret?.split(' ').at(-1) ?? '';
  const needle = token.length >= shortestToken ? token : secret;
  if (needle === undefined) return { check: () => undefined, checkPieces: () => () => undefined };
  const inJson = JSON.stringify(needle).slice(1, -1);
  const check = (text: string): void => {
    if (text.includes(needle) || text.includes(inJson)) {
      throw refuse('invalid_data', 'the answer repeats the value of its secret header, so it is not loaded.');
    }
  };
  return {
    check,
    checkPieces() {
      let end = '';
      return (piece) => {
        const text = end + piece.toString('latin1');
        check(text);
        end = text.slice(-needle.length);
      };
    },
  };
}
