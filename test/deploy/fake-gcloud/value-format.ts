/**
 * Prints a resource as gcloud does for `--format=value(key,…)` and `--format=value[separator="|"](key,…)`.
 * Missing values are empty, lists are joined with `;`, and `.basename()` keeps what follows the last slash.
 * https://cloud.google.com/sdk/gcloud/reference/topic/formats
 */
export function formatValue(format: string, resource: unknown): string {
  if (format === 'none') return '';
  const parsed = /^value(?:\[separator="(.)"\])?\((.*)\)$/.exec(format);
  if (parsed === null) throw new Error(`The fake gcloud does not know the format ${format}`);
  const [, separator = '\t', keys = ''] = parsed;
  return splitKeys(keys)
    .map((key) => render(valueAt(resource, key)))
    .join(separator);
}

/**
 * The value at a key such as `metadata.annotations."run.googleapis.com/ingress"` or
 * `backends[0].group.basename()`.
 */
export function valueAt(resource: unknown, key: string): unknown {
  const isBasename = key.endsWith('.basename()');
  const path = isBasename ? key.slice(0, -'.basename()'.length) : key;
  let value = resource;
  for (const [, quoted, index, plain] of path.matchAll(/"([^"]*)"|\[(\d+)\]|([^.[\]"]+)/g)) {
    value = property(value, quoted ?? index ?? plain ?? '');
  }
  return isBasename && typeof value === 'string' ? value.slice(value.lastIndexOf('/') + 1) : value;
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Commas inside quotes and brackets do not separate keys. */
const splitKeys = (keys: string): string[] => keys.match(/(?:"[^"]*"|[^,"])+/g) ?? [];

function render(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return value.map(render).join(';');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, item]) => `${name}=${render(item)}`)
    .join(';');
}
