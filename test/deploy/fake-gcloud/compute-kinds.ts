import { z } from 'zod';
import { type Call, parsePairs } from './arguments';
import type { Kind } from './kind';
import { GcloudError, keyOf, type Resource, type State } from './state';

const url = (collection: string, name: string | undefined) =>
  `https://www.googleapis.com/compute/v1/projects/my-project/${collection}/${name}`;

const notFound = (collection: string) => (name: string, project: string) =>
  `Could not fetch resource:\n - The resource 'projects/${project}/${collection}/${name}' was not found`;

/** Throws if a URL or name is not that of an existing resource. */
function requireNamed(state: State, kind: string, name: string | undefined): void {
  if (!state.resources.has(keyOf(`compute ${kind}`, name ?? '')))
    throw new GcloudError(`Could not fetch resource:\n - The resource '${kind}/${name}' was not found`);
}

const usedIn =
  (kind: string, text: (name: string) => string): NonNullable<Kind['usedBy']> =>
  (name, state) =>
    [...state.resources].find(
      ([key, resource]) =>
        key.startsWith(`compute ${kind}/`) && JSON.stringify(resource).includes(text(name)),
    )?.[0];

const labelled = ({ flags }: Call, before: Resource): Resource => ({
  ...before,
  labels: {
    ...z.record(z.string(), z.string()).catch({}).parse(before.labels),
    ...parsePairs(flags.get('update-labels')),
  },
});

const rulesSchema = z.array(z.looseObject({ priority: z.number() }));

/** A security policy's rules after one was made or changed. */
function withRule(rules: z.infer<typeof rulesSchema>, { words, flags }: Call) {
  const priority = Number(words.at(-1));
  const others = rules.filter((rule) => rule.priority !== priority);
  const isThere = others.length < rules.length;
  if (words.includes('create') === isThere)
    throw new GcloudError(`Invalid value for field 'priority': ${priority}. ${isThere ? 'In use' : 'None'}.`);
  const rule = {
    priority,
    action: flags.get('action'),
    rateLimitOptions: {
      rateLimitThreshold: {
        count: Number(flags.get('rate-limit-threshold-count')),
        intervalSec: Number(flags.get('rate-limit-threshold-interval-sec')),
      },
      enforceOnKey: flags.get('enforce-on-key')?.toUpperCase(),
    },
  };
  return [...others, rule];
}

/** The parts of a load balancer. Each names those that it needs: they must be made first and removed last. */
export const computeKinds: Readonly<Record<string, Kind>> = {
  'compute addresses': {
    api: 'compute',
    create: 'create',
    updateElsewhere: 'beta compute addresses update',
    notFound: notFound('global/addresses'),
    build: (name, call, before) =>
      before.name === undefined ? { name, address: '203.0.113.7' } : labelled(call, before),
    usedBy: usedIn('forwarding-rules', (name) => `"address":"${name}"`),
  },
  'compute network-endpoint-groups': {
    api: 'compute',
    create: 'create',
    notFound: notFound('regions/europe-west1/networkEndpointGroups'),
    build: (name, { flags }) => ({ name, cloudRun: { service: flags.get('cloud-run-service') } }),
    usedBy: usedIn('backend-services', (name) => `networkEndpointGroups/${name}"`),
  },
  'compute backend-services': {
    api: 'compute',
    create: 'create',
    update: 'add-backend',
    updateElsewhere: 'compute backend-services update',
    notFound: notFound('global/backendServices'),
    build: (name, { flags }, before, state) => {
      const policy = flags.get('security-policy');
      if (policy !== undefined) {
        if (policy !== '') requireNamed(state, 'security-policies', policy);
        return {
          ...before,
          securityPolicy: policy === '' ? undefined : url('global/securityPolicies', policy),
        };
      }
      const group = flags.get('network-endpoint-group');
      if (group === undefined) return { name, loadBalancingScheme: flags.get('load-balancing-scheme') };
      requireNamed(state, 'network-endpoint-groups', group);
      return { ...before, backends: [{ group: url('regions/europe-west1/networkEndpointGroups', group) }] };
    },
    usedBy: usedIn('url-maps', (name) => `backendServices/${name}"`),
  },
  'compute security-policies': {
    api: 'compute',
    create: 'create',
    updateElsewhere: 'compute security-policies rules',
    nameOf: ({ flags }) => flags.get('security-policy'),
    notFound: notFound('global/securityPolicies'),
    build: (name, call, before) => {
      const preset = { action: 'allow', priority: 2147483647 };
      if (before.name === undefined) return { name, type: call.flags.get('type'), rules: [preset] };
      return { ...before, rules: withRule(rulesSchema.parse(before.rules), call) };
    },
    usedBy: usedIn('backend-services', (name) => `securityPolicies/${name}"`),
  },
  'compute ssl-policies': {
    api: 'compute',
    create: 'create',
    update: 'update',
    notFound: notFound('global/sslPolicies'),
    build: (name, { flags }) => ({
      name,
      profile: flags.get('profile'),
      minTlsVersion: `TLS_${flags.get('min-tls-version')?.replace('.', '_')}`,
    }),
    usedBy: usedIn('target-https-proxies', (name) => `sslPolicies/${name}"`),
  },
  'compute url-maps': {
    api: 'compute',
    createOrUpdate: 'compute url-maps import',
    notFound: notFound('global/urlMaps'),
    build: (_, { stdin }, __, state) => {
      const map = z.record(z.string(), z.unknown()).parse(JSON.parse(stdin));
      for (const [, service] of stdin.matchAll(/backendServices\/([a-z0-9-]+)/g)) {
        requireNamed(state, 'backend-services', service);
      }
      return map;
    },
    usedBy: usedIn('target-https-proxies', (name) => `urlMaps/${name}"`),
  },
  'compute ssl-certificates': {
    api: 'compute',
    create: 'create',
    list: 'list',
    notFound: notFound('global/sslCertificates'),
    build: (name, { flags }) => ({
      name,
      ...(flags.has('domains') ? { managed: { domains: [flags.get('domains')] } } : { type: 'SELF_MANAGED' }),
    }),
    usedBy: usedIn('target-https-proxies', (name) => `sslCertificates/${name}"`),
  },
  'compute target-https-proxies': {
    api: 'compute',
    create: 'create',
    update: 'update',
    notFound: notFound('global/targetHttpsProxies'),
    build: (name, { flags }, _, state) => {
      requireNamed(state, 'url-maps', flags.get('url-map'));
      requireNamed(state, 'ssl-certificates', flags.get('ssl-certificates'));
      requireNamed(state, 'ssl-policies', flags.get('ssl-policy'));
      return {
        name,
        urlMap: url('global/urlMaps', flags.get('url-map')),
        sslCertificates: [url('global/sslCertificates', flags.get('ssl-certificates'))],
        sslPolicy: url('global/sslPolicies', flags.get('ssl-policy')),
      };
    },
    usedBy: usedIn('forwarding-rules', (name) => `"target":"${name}"`),
  },
  'compute forwarding-rules': {
    api: 'compute',
    create: 'create',
    update: 'update',
    notFound: notFound('global/forwardingRules'),
    build: (name, call, before, state) => {
      if (before.name !== undefined) return labelled(call, before);
      requireNamed(state, 'addresses', call.flags.get('address'));
      requireNamed(state, 'target-https-proxies', call.flags.get('target-https-proxy'));
      return { name, address: call.flags.get('address'), target: call.flags.get('target-https-proxy') };
    },
  },
};
