/**
 * API keys, whole or cut short, anywhere in a text. A pipeline's name may contain `_api_`, too; but it is
 * lower case and made of words, so what follows must have a capital letter or be longer than any word.
 */
const apiKeys = /_(?:api|API)_(?:[A-Za-z0-9]{20,}|(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{4,})/g;
/** Tokens, from the first part that says what they are. */
const tokens = /\btpt1\.[A-Za-z0-9_.-]{8,}/g;
const redacted = '[redacted]';

export type Redact = (text: string) => string;

/**
 * Makes a function that replaces API keys, tokens and the given secrets in a text: the last line of defence, where
 * log lines are written. A secret is also found in the forms that JSON and URLs give it.
 */
export function createRedact(secrets: readonly (string | undefined)[]): Redact {
  const forms = new Set(
    secrets.flatMap((secret) => {
      if (secret === undefined || secret === '') return [];
      return [secret, inJson(secret), encodeURIComponent(secret), inJson(inJson(secret))];
    }),
  );
  return (text) => {
    let clean = text.replace(apiKeys, `_api_${redacted}`).replace(tokens, `tpt1.${redacted}`);
    for (const form of forms) clean = clean.replaceAll(form, redacted);
    return clean;
  };
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
