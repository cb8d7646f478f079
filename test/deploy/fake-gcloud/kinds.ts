import { z } from 'zod';
import { type Call, parsePairs } from './arguments';
import { computeKinds } from './compute-kinds';
import { type Kind, requireAccount, requireResource } from './kind';
import { buildService } from './service';
import { GcloudError, type Resource, type State } from './state';

export const projectNumber = '123456789012';

const labelsOf = ({ flags }: Call, before: Resource) => {
  const given = flags.get('labels') ?? flags.get('update-labels') ?? flags.get('user-labels');
  return { ...z.record(z.string(), z.string()).catch({}).parse(before.labels), ...parsePairs(given) };
};

const seconds = (text: string | undefined) => (text === '7d' ? '604800s' : text);

export const kinds: Readonly<Record<string, Kind>> = {
  ...computeKinds,
  'iam service-accounts': {
    api: 'iam',
    create: 'create',
    update: 'update',
    notFound: () =>
      'NOT_FOUND: Unknown service account. This command is authenticated as operator@example.com',
    build: (name, { flags }) => {
      requireIdLength(name.split('@')[0] ?? '');
      return { name: `accounts/${name}`, email: name, displayName: flags.get('display-name') };
    },
  },
  'iam roles': {
    api: 'iam',
    create: 'create',
    update: 'update',
    notFound: (name, project) => `NOT_FOUND: The role named projects/${project}/roles/${name} was not found.`,
    build: (name, { flags }, before, _, project) => {
      if (before.deleted === true)
        throw new GcloudError(
          `FAILED_PRECONDITION: You can't create a role with role_id (${name}) where there is an existing role with that role_id in a deleted state.`,
        );
      return {
        name: `projects/${project}/roles/${name}`,
        title: flags.get('title'),
        includedPermissions: flags.get('permissions')?.split(','),
        stage: flags.get('stage'),
      };
    },
  },
  'pubsub topics': {
    api: 'pubsub',
    create: 'create',
    update: 'update',
    notFound: (name) => `NOT_FOUND: Resource not found (resource=${name}).`,
    build: (name, call, before, _, project) => ({
      name: `projects/${project}/topics/${name}`,
      labels: labelsOf(call, before),
    }),
  },
  'pubsub subscriptions': {
    api: 'pubsub',
    create: 'create',
    update: 'update',
    notFound: (name) => `NOT_FOUND: Resource not found (resource=${name}).`,
    build: buildSubscription,
  },
  secrets: {
    api: 'secretmanager',
    create: 'create',
    update: 'update',
    notFound: (name) => `NOT_FOUND: Secret [projects/${projectNumber}/secrets/${name}] not found.`,
    build: (name, call, before) => ({
      name: `projects/${projectNumber}/secrets/${name}`,
      labels: labelsOf(call, before),
    }),
  },
  'artifacts repositories': {
    api: 'artifactregistry',
    create: 'create',
    update: 'update',
    notFound: () => 'NOT_FOUND: Requested entity was not found.',
    build: (name, call, before) => ({ name, format: 'DOCKER', labels: labelsOf(call, before) }),
  },
  'run services': {
    api: 'run',
    createOrUpdate: 'run deploy',
    notFound: (name) => `Cannot find service [${name}]`,
    build: buildService,
  },
  'scheduler jobs': {
    api: 'cloudscheduler',
    create: 'create http',
    update: 'update http',
    notFound: () => 'NOT_FOUND: Job not found.',
    build: (name, { flags }, _, state) => {
      requireAccount(state, flags.get('oidc-service-account-email'));
      return {
        name,
        schedule: flags.get('schedule'),
        timeZone: flags.get('time-zone'),
        description: flags.get('description'),
        attemptDeadline: flags.get('attempt-deadline'),
        httpTarget: {
          uri: flags.get('uri'),
          httpMethod: flags.get('http-method'),
          oidcToken: {
            serviceAccountEmail: flags.get('oidc-service-account-email'),
            audience: flags.get('oidc-token-audience'),
          },
        },
        // The API leaves out a count of 0.
        retryConfig: {
          ...(flags.get('max-retry-attempts') === '0'
            ? {}
            : { retryCount: Number(flags.get('max-retry-attempts')) }),
          minBackoffDuration: flags.get('min-backoff'),
          maxBackoffDuration: flags.get('max-backoff'),
        },
      };
    },
  },
  'alpha monitoring policies': {
    api: 'monitoring',
    create: 'create',
    update: 'update',
    list: 'list',
    isNamedByServer: true,
    notFound: (name) => `NOT_FOUND: Could not find alert policy ${name}`,
    build: (name, { flags }) => ({
      ...z.record(z.string(), z.unknown()).parse(JSON.parse(flags.get('policy') ?? '')),
      name,
    }),
  },
  'monitoring uptime': {
    api: 'monitoring',
    create: 'create',
    list: 'list-configs',
    isNamedByServer: true,
    notFound: (name) => `NOT_FOUND: Uptime check ${name} not found`,
    build: (name, { flags, words }) => ({
      name,
      displayName: words.at(-1),
      monitoredResource: { labels: parsePairs(flags.get('resource-labels')) },
      userLabels: parsePairs(flags.get('user-labels')),
    }),
  },
  'beta monitoring channels': {
    api: 'monitoring',
    create: 'create',
    list: 'list',
    isNamedByServer: true,
    notFound: (name) => `NOT_FOUND: Could not find channel ${name}`,
    build: (name, { flags }) => ({
      name,
      labels: parsePairs(flags.get('channel-labels')),
      userLabels: parsePairs(flags.get('user-labels')),
    }),
    usedBy: (name, state) =>
      [...state.resources].find(
        ([key, policy]) =>
          key.startsWith('alpha monitoring policies/') && JSON.stringify(policy).includes(name),
      )?.[0],
  },
  'alpha bq datasets': {
    api: 'bigquery',
    list: 'list',
    notFound: (name) => `NOT_FOUND: Not found: Dataset ${name}`,
    build: (name) => ({ datasetReference: { datasetId: name } }),
  },
};

function requireIdLength(id: string): void {
  if (!/^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/.test(id))
    throw new GcloudError(
      `INVALID_ARGUMENT: The account ID "${id}" does not have a length between 6 and 30.`,
    );
}

function buildSubscription(
  name: string,
  call: Call,
  before: Resource,
  state: State,
  project: string,
): Resource {
  const { flags } = call;
  const topic = flags.get('topic');
  const deadLetterTopic = flags.get('dead-letter-topic');
  for (const needed of [topic, deadLetterTopic]) {
    if (needed !== undefined)
      requireResource(state, 'pubsub topics', needed, `NOT_FOUND: Resource not found (resource=${needed}).`);
  }
  requireAccount(state, flags.get('push-auth-service-account'));
  return {
    name: `projects/${project}/subscriptions/${name}`,
    topic: topic === undefined ? before.topic : `projects/${project}/topics/${topic}`,
    labels: labelsOf(call, before),
    ackDeadlineSeconds: Number(flags.get('ack-deadline')),
    messageRetentionDuration: seconds(flags.get('message-retention-duration')),
    expirationPolicy: {},
    ...(flags.has('push-endpoint') && {
      pushConfig: {
        pushEndpoint: flags.get('push-endpoint'),
        oidcToken: {
          serviceAccountEmail: flags.get('push-auth-service-account'),
          audience: flags.get('push-auth-token-audience'),
        },
      },
      retryPolicy: {
        minimumBackoff: flags.get('min-retry-delay'),
        maximumBackoff: flags.get('max-retry-delay'),
      },
      deadLetterPolicy: {
        deadLetterTopic: `projects/${project}/topics/${deadLetterTopic}`,
        maxDeliveryAttempts: Number(flags.get('max-delivery-attempts')),
      },
    }),
  };
}
