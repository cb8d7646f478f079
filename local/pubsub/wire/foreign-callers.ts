import type { IncomingHttpHeaders } from 'node:http';

const thisMachine = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Why a request is refused that a web page of another site made a browser on this machine send: it names its
 * site in `Origin`, or in `Host` where that name was bound to this machine's address (DNS rebinding).
 * Undefined: it is not.
 * @param hosts names under which this machine may be called besides localhost
 */
export function foreignCallerProblem(
  { host = '', origin }: IncomingHttpHeaders,
  hosts: readonly string[],
): string | undefined {
  const names = [...thisMachine, ...hosts.map((name) => name.toLowerCase())];
  if (!names.includes(host.toLowerCase().replace(/:\d+$/, ''))) return problem('Host', host);
  if (origin !== undefined && !names.includes(hostOf(origin))) return problem('Origin', origin);
  return undefined;
}

/** '' for `null`, which pages without a site of their own send, and for what is no web page's. */
const hostOf = (origin: string): string =>
  /^https?:/.test(origin) && URL.canParse(origin) ? new URL(origin).hostname : '';

const problem = (header: string, given: string): string =>
  `${header}: expected localhost, 127.0.0.1 or [::1], given '${given.slice(0, 100)}'. --host NAME allows another name.`;
