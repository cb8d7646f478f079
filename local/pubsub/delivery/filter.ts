import { invalidArgument } from '../pubsub-error';

/** Whether a message with these attributes passes. */
type Passes = (attributes: Readonly<Record<string, string>>) => boolean;

const longestFilterBytes = 256;
const token =
  /\s*(?:("(?:[^"\\]|\\.)*")|(AND|OR|NOT|hasPrefix|attributes)(?![A-Za-z0-9_])|([A-Za-z_][A-Za-z0-9_]*)|(!=|[=:.,()-]))/y;

/**
 * A subscription's filter as a function: `attributes:KEY`, `attributes.KEY = "value"`, `!=`,
 * `hasPrefix(attributes.KEY, "prefix")`, NOT or `-`, AND, OR and parentheses. AND and OR are not mixed without
 * parentheses, as documented. An empty filter lets everything pass.
 * https://cloud.google.com/pubsub/docs/subscription-message-filter
 * @throws PubSubError INVALID_ARGUMENT that says what was expected where
 */
export const parseFilter = (text: string): Passes => {
  if (text.trim() === '') return () => true;
  if (Buffer.byteLength(text) > longestFilterBytes) {
    throw invalidArgument(`Invalid filter given: it has more than ${longestFilterBytes} bytes.`);
  }
  const tokens = tokensOf(text);
  let position = 0;

  const wrong = (expected: string): Error =>
    invalidArgument(
      `Invalid filter given (filter=${text}): expected ${expected}, found ${tokens[position] ?? 'its end'}.`,
    );
  const isNext = (wanted: string): boolean => tokens[position] === wanted;
  const takeIf = (wanted: string): boolean => {
    if (!isNext(wanted)) return false;
    position += 1;
    return true;
  };
  const take = (wanted: string): void => {
    if (!takeIf(wanted)) throw wrong(wanted);
  };
  const takeText = (expected: string, rule: RegExp): string => {
    const next = tokens[position];
    if (next === undefined || !rule.test(next)) throw wrong(expected);
    position += 1;
    return next.startsWith('"') ? unquoted(next) : next;
  };
  const takeKey = (): string => takeText('the name of an attribute', /^["A-Za-z_]/);
  const takeValue = (): string => takeText('a text in double quotes', /^"/);

  const takeTerm = (): Passes => {
    if (takeIf('NOT') || takeIf('-')) {
      const term = takeTerm();
      return (attributes) => !term(attributes);
    }
    if (takeIf('(')) {
      const inner = takeAll();
      take(')');
      return inner;
    }
    if (takeIf('hasPrefix')) {
      take('(');
      take('attributes');
      take('.');
      const key = takeKey();
      take(',');
      const prefix = takeValue();
      take(')');
      return (attributes) => attributes[key]?.startsWith(prefix) === true;
    }
    take('attributes');
    if (takeIf(':')) {
      const key = takeKey();
      return (attributes) => attributes[key] !== undefined;
    }
    take('.');
    return takeComparison(takeKey());
  };

  const takeComparison = (key: string): Passes => {
    const isEqual = takeIf('=');
    if (!isEqual && !takeIf('!=')) throw wrong('= or !=');
    const value = takeValue();
    // An attribute that is not there differs from every text.
    return (attributes) => (attributes[key] === value) === isEqual;
  };

  const takeAll = (): Passes => {
    const terms = [takeTerm()];
    const operator = isNext('AND') || isNext('OR') ? tokens[position] : undefined;
    while (operator !== undefined && takeIf(operator)) terms.push(takeTerm());
    return operator === 'OR'
      ? (attributes) => terms.some((term) => term(attributes))
      : (attributes) => terms.every((term) => term(attributes));
  };

  const passes = takeAll();
  if (position < tokens.length) throw wrong('its end (parentheses, where AND and OR are mixed)');
  return passes;
};

const tokensOf = (text: string): string[] => {
  const found: string[] = [];
  token.lastIndex = 0;
  let end = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    found.push(match[0].trim());
    end = token.lastIndex;
  }
  const rest = text.slice(end).trim();
  if (rest === '') return found;
  throw invalidArgument(`Invalid filter given (filter=${text}): not understood from '${rest}' on.`);
};

const unquoted = (quoted: string): string => quoted.slice(1, -1).replace(/\\(.)/g, '$1');
