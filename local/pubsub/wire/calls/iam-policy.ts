import { status } from '@grpc/grpc-js';
import { notFound, PubSubError } from '../../pubsub-error';
import type { Policy } from '../../resources';
import type { PubSubStore } from '../../store/pubsub-store';
import { type UnaryHandlers, unary } from '../grpc-call';
import * as requests from './request-schemas';

/** What google.iam.v1 answers for a resource without a policy. */
const noPolicy: Policy = { version: 0, bindings: [], etag: 'ACAB' };

/** The calls of google.iam.v1.IAMPolicy. Policies are kept and answered; nobody is held to them. */
export const iamPolicyHandlers = (store: PubSubStore): UnaryHandlers => {
  const policyOf = (resource: string): Policy => {
    const exists =
      store.topics.has(resource) ||
      store.subscriptions.has(resource) ||
      store.schemas.has(resource) ||
      store.snapshots.named(resource) !== undefined;
    if (!exists) throw notFound(resource);
    return store.policies.get(resource) ?? noPolicy;
  };

  return {
    GetIamPolicy: unary(requests.resourceRequestSchema, ({ resource }) => reply(policyOf(resource))),

    SetIamPolicy: unary(requests.setIamPolicyRequestSchema, async ({ resource, policy }) => {
      const { etag } = policyOf(resource);
      const given = policy?.etag.toString('base64') ?? '';
      if (given !== '' && given !== etag) {
        throw new PubSubError(
          status.ABORTED,
          'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
        );
      }
      const changed = {
        version: policy?.version ?? 0,
        bindings: policy?.bindings ?? [],
        etag: nextEtag(etag),
      };
      await store.change({ record: 'policy', resource, policy: changed });
      return reply(changed);
    }),

    TestIamPermissions: unary(requests.testIamPermissionsRequestSchema, ({ resource, permissions }) => {
      policyOf(resource);
      return { permissions };
    }),
  };
};

const reply = ({ etag, ...policy }: Policy): object => ({ ...policy, etag: Buffer.from(etag, 'base64') });

/** Three bytes that no policy of this resource had before. */
const nextEtag = (etag: string): string => {
  const next = Buffer.from(etag, 'base64');
  next.writeUIntBE((next.readUIntBE(0, 3) + 1) % 2 ** 24, 0, 3);
  return next.toString('base64');
};
