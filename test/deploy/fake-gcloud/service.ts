import { type Call, parsePairs } from './arguments';
import { requireAccount, requireResource } from './kind';
import { GcloudError, type Resource, type State } from './state';

/** What `gcloud run deploy` makes. Throws a GcloudError if something that it names is missing. */
export function buildService(name: string, call: Call, _: Resource, state: State): Resource {
  const { flags } = call;
  requireAccount(state, flags.get('service-account'));
  requireAccount(state, flags.get('build-service-account'));
  const image = flags.get('image')?.split('/') ?? [];
  requireResource(
    state,
    'artifacts repositories',
    image.at(2) ?? '',
    `--image: The artifact repository provided does not exist: ${image.join('/')}`,
  );
  if (image.at(3) !== name)
    throw new GcloudError('--image: The service name does not match the service name');
  for (const [variable, secret = ''] of Object.entries(parsePairs(flags.get('set-secrets')))) {
    const [secretName = '', version] = secret.split(':');
    requireResource(
      state,
      'secrets versions',
      `${secretName}/${version}`,
      `spec.template.spec.containers[0].env.${variable}: Secret ${secret} was not found`,
    );
  }
  return {
    metadata: {
      name,
      labels: parsePairs(flags.get('labels')),
      annotations: {
        'run.googleapis.com/ingress': flags.get('ingress'),
        // The form is that of gcloud's own source.
        'run.googleapis.com/invoker-iam-disabled': flags.has('no-invoker-iam-check') ? 'True' : 'False',
      },
    },
    spec: {
      template: {
        metadata: { annotations: { 'autoscaling.knative.dev/maxScale': flags.get('max-instances') } },
        spec: {
          containerConcurrency: Number(flags.get('concurrency')),
          timeoutSeconds: Number(flags.get('timeout')),
          serviceAccountName: flags.get('service-account'),
          containers: [
            { env: [...environmentOf(flags.get('set-env-vars')), ...secretsOf(flags.get('set-secrets'))] },
          ],
        },
      },
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** Variables as `^;^A=1;B=2`, which is how gcloud takes another separator than the comma. */
const environmentOf = (text = '') =>
  text
    .replace(/^\^;\^/, '')
    .split(';')
    .map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }));

/** Secrets as `A=secret:1,B=other:2`. */
const secretsOf = (text: string | undefined) =>
  Object.entries(parsePairs(text)).map(([name, secret]) => {
    const [secretName, key] = secret.split(':');
    return { name, valueFrom: { secretKeyRef: { name: secretName, key } } };
  });
