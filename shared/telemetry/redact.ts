/**
 * API keys, whole or cut short, wherever they stand. A pipeline may have `_api_` in its name too: its names are lower
 * case and made of words, so what follows must have a capital or be longer than any word.
 */
const apiKeys = /_(?:api|API)_(?:[A-Za-z0-9]{20,}|(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{4,})/g;
const redacted = '[redacted]';

export type Redact = (text: string) => string;

/**
 * Takes API keys, and the secrets that are given, out of a text: the last line of defence, where lines are written. A
 * secret is also found as JSON and as a URL write it.
 */
export function createRedact(secrets: readonly (string | undefined)[]): Redact {
  const forms = new Set(
    secrets.flatMap((secret) => {
      if (secret === undefined || secret === '') return [];
      return [secret, inJson(secret), encodeURIComponent(secret), inJson(inJson(secret))];
    }),
  );
  return (text) => {
    let clean = text.replace(apiKeys, `_api_${redacted}`);
    for (const form of forms) clean = clean.replaceAll(form, redacted);
    return clean;
  };
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
