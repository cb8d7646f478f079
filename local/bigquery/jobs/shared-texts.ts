const texts = new Map<string, string>();
const limit = 1_000;

/**
 * The same text as one that was seen before, where there is one: statements come again and again, each time as a string
 * of its own, and are held as long as their jobs are.
 */
export function sharedText(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= limit) texts.clear();
  texts.set(text, text);
  return text;
}
