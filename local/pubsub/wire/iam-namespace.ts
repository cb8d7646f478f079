import type { AnyNestedObject } from 'protobufjs';

const text = (id: number) => ({ type: 'string', id });
const texts = (id: number) => ({ rule: 'repeated', type: 'string', id });

/** As Pub/Sub's REST interface has the calls of google.iam.v1.IAMPolicy, for each kind of resource. */
const http = (verb: 'get' | 'post', call: string) => {
  const rules = ['topics', 'subscriptions', 'snapshots', 'schemas'].map((kind) => ({
    [verb]: `/v1/{resource=projects/*/${kind}/*}:${call}`,
    ...(verb === 'post' && { body: '*' }),
  }));
  const [first, ...additional] = rules;
  return [{ '(google.api.http)': { ...first, additional_bindings: additional } }];
};

const method = (requestType: string, responseType: string, parsedOptions: object[]) => ({
  requestType,
  responseType,
  parsedOptions,
  comment: '',
});

/**
 * The part of google.iam.v1 that Pub/Sub's resources have.
 * https://cloud.google.com/pubsub/docs/reference/rpc/google.iam.v1
 */
export const iamNamespace: Record<string, AnyNestedObject> = {
  iam: {
    nested: {
      v1: {
        nested: {
          IAMPolicy: {
            methods: {
              SetIamPolicy: method('SetIamPolicyRequest', 'Policy', http('post', 'setIamPolicy')),
              GetIamPolicy: method('GetIamPolicyRequest', 'Policy', http('get', 'getIamPolicy')),
              TestIamPermissions: method(
                'TestIamPermissionsRequest',
                'TestIamPermissionsResponse',
                http('post', 'testIamPermissions'),
              ),
            },
          },
          SetIamPolicyRequest: {
            fields: {
              resource: text(1),
              policy: { type: 'Policy', id: 2 },
              updateMask: { type: 'google.protobuf.FieldMask', id: 3 },
            },
          },
          GetIamPolicyRequest: {
            fields: { resource: text(1), options: { type: 'GetPolicyOptions', id: 2 } },
          },
          GetPolicyOptions: { fields: { requestedPolicyVersion: { type: 'int32', id: 1 } } },
          TestIamPermissionsRequest: { fields: { resource: text(1), permissions: texts(2) } },
          TestIamPermissionsResponse: { fields: { permissions: texts(1) } },
          Policy: {
            fields: {
              version: { type: 'int32', id: 1 },
              bindings: { rule: 'repeated', type: 'Binding', id: 4 },
              etag: { type: 'bytes', id: 3 },
            },
          },
          Binding: {
            fields: { role: text(1), members: texts(2), condition: { type: 'Expr', id: 3 } },
          },
          /** google.type.Expr */
          Expr: {
            fields: { expression: text(1), title: text(2), description: text(3), location: text(4) },
          },
        },
      },
    },
  },
};
