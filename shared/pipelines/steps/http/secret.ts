import { refuse } from './api-failures';

/** Looks out for a secret in what an API answers. Throws a KnownFailure where it is found. */
export interface SecretGuard {
  readonly check: (text: string) => void;
  /** The same for data that comes in pieces, between which the secret may lie. */
  readonly checkPieces: () => (piece: Buffer) => void;
}

/** Of the secret without its scheme (as in "Bearer …"): shorter ones would be found anywhere. */
const shortestToken = 8;

/** Rows are read by people who must not see it: what repeats it is not loaded. */
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
