import { createHmac } from 'node:crypto';

/** What tells which secrets of a webhook sign at a time. */
export interface SecretState {
  readonly webhook_id: string;
  readonly secret_version: number;
  readonly previous_secret_until: Date | null;
}

/**
 * The secrets of webhooks follow from those of the deployment, so none is stored: `whsec_` and the base64 of an
 * HMAC-SHA-256 of the webhook's id and the secret's version.
 */
export interface WebhookSecrets {
  /** What the receiver is told. */
  readonly secretOf: (webhookId: string, version: number) => string;
  /** All that sign now, the newest first. */
  readonly secretsAt: (webhook: SecretState, now: Date) => readonly string[];
}

/**
 * @param current the secret of the deployment
 * @param previous the one before it: what follows from it signs, too
 */
export function createWebhookSecrets(current: string, previous?: string): WebhookSecrets {
  const deploymentSecrets = previous === undefined ? [current] : [current, previous];
  return {
    secretOf: (webhookId, version) => derived(current, webhookId, version),
    secretsAt({ webhook_id, secret_version, previous_secret_until: until }, now) {
      const isRotating = until !== null && now < until && secret_version > 1;
      const versions = isRotating ? [secret_version, secret_version - 1] : [secret_version];
      return versions.flatMap((version) =>
        deploymentSecrets.map((secret) => derived(secret, webhook_id, version)),
      );
    },
  };
}

/** As the environment has them; undefined where it has none. */
export const webhookSecretsOf = ({
  WEBHOOK_SECRET,
  WEBHOOK_SECRET_PREVIOUS,
}: {
  readonly WEBHOOK_SECRET?: string | undefined;
  readonly WEBHOOK_SECRET_PREVIOUS?: string | undefined;
}): WebhookSecrets | undefined =>
  WEBHOOK_SECRET === undefined ? undefined : createWebhookSecrets(WEBHOOK_SECRET, WEBHOOK_SECRET_PREVIOUS);

function derived(deploymentSecret: string, webhookId: string, version: number): string {
  const digest = createHmac('sha256', deploymentSecret).update(`webhook\n${webhookId}\n${version}`).digest();
  return `whsec_${digest.toString('base64')}`;
}
