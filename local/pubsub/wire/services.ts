import { readFileSync } from 'node:fs';
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { type INamespace, Root } from 'protobufjs';
import { z } from 'zod';
import { iamNamespace } from './iam-namespace';

export const serviceNames = [
  'google.pubsub.v1.Publisher',
  'google.pubsub.v1.Subscriber',
  'google.pubsub.v1.SchemaService',
  'google.iam.v1.IAMPolicy',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/** How messages look to handlers, whichever way they came. */
export const objectOptions = { longs: Number, enums: String, defaults: true };

const protosSchema = z.object({
  nested: z.object({ google: z.object({ nested: z.record(z.string(), z.custom<INamespace>()) }) }),
});

/** The definitions that Google's own client ships, and IAM's, which it takes from elsewhere. */
const loadDefinitions = (): INamespace => {
  const path = require.resolve('@google-cloud/pubsub/build/protos/protos.json');
  const { nested } = protosSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return { nested: { google: { nested: { ...nested.google.nested, ...iamNamespace } } } };
};

export type Services = {
  /** For gRPC. All are read when the first is asked for: mostly nobody does. */
  definition(name: ServiceName): ServiceDefinition;
  /** For REST. Read when it is first asked for. */
  root(): Root;
};

export const loadServices = (): Services => {
  const json = loadDefinitions();
  let definitions: PackageDefinition | undefined;
  let root: Root | undefined;
  return {
    definition(name) {
      definitions ??= readDefinitions(json);
      const definition = definitions[name];
      if (!definition || 'format' in definition) throw new Error(`There is no service ${name}`);
      return definition;
    },
    root() {
      root ??= Root.fromJSON(json);
      return root;
    },
  };
};

function readDefinitions(json: INamespace): PackageDefinition {
  const { fromJSON }: typeof import('@grpc/proto-loader') = require('@grpc/proto-loader');
  return fromJSON(json, objectOptions);
}
