const longest = 200;

/** A value of a table as a text: what is nested as JSON, what is long cut off. Pure. */
export function cellText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > longest ? `${text.slice(0, longest)} …` : text;
}
