/** A page's address with some of its query changed. undefined and '' take a name away. Pure. */
export function addressWith(
  path: string,
  query: Readonly<Record<string, string>>,
  changed: Readonly<Record<string, string | undefined>>,
): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, ...changed }))
    if (value !== undefined && value !== '') text.set(name, value);
  return text.size === 0 ? path : `${path}?${text}`;
}
