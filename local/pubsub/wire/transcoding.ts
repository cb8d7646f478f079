import { fromProto3JSON, toProto3JSON } from 'proto3-json-serializer';
import { type Root, Type } from 'protobufjs';
import { z } from 'zod';
import { invalidArgument } from '../pubsub-error';
import { objectOptions, type ServiceName, type Services, serviceNames } from './services';

/**
 * Which call of which service an HTTP request is, by the `google.api.http` rules of Google's definitions.
 * https://cloud.google.com/endpoints/docs/grpc/transcoding
 */
export type TranscodedCall = {
  service: ServiceName;
  method: string;
  /** @throws PubSubError INVALID_ARGUMENT for a body that is not the request's JSON */
  requestOf(body: string): object;
  replyOf(reply: object): object;
};

const verbs = ['get', 'put', 'post', 'patch', 'delete'] as const;
const bindingSchema = z.object({
  ...Object.fromEntries(verbs.map((verb) => [verb, z.string().optional()])),
  body: z.string().optional(),
});
const oneOrMore = z.union([z.array(bindingSchema), bindingSchema.transform((one) => [one])]);
const optionsSchema = z
  .array(
    z.object({
      '(google.api.http)': bindingSchema.extend({ additional_bindings: oneOrMore.default([]) }).optional(),
    }),
  )
  .default([]);

type Json = z.infer<typeof jsonSchema>;
const jsonSchema = z.json();
const jsonObjectSchema = z.record(z.string(), jsonSchema);
type JsonObject = z.infer<typeof jsonObjectSchema>;

type Rule = {
  verb: string;
  path: RegExp;
  variable: string;
  body: string;
  service: ServiceName;
  method: string;
};

/** Finds the route of a request; undefined where there is none. */
export const createTranscoding = (services: Pick<Services, 'root'>) => {
  let all: Rule[] | undefined;

  return (verb: string, url: string): TranscodedCall | undefined => {
    const root = services.root();
    all ??= rulesOf(root);
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    for (const { service, method, ...rule } of all) {
      const resource = rule.verb === verb ? rule.path.exec(pathname)?.[1] : undefined;
      if (resource === undefined) continue;
      const definition = root.lookupService(service);
      const { requestType = '', responseType = '' } = definition.methods[method] ?? {};
      const request = definition.lookupType(requestType);
      const reply = definition.lookupType(responseType);
      return {
        service,
        method,
        requestOf: (body) => {
          const json: JsonObject = {};
          for (const [key, value] of searchParams) setAt(json, key, value);
          if (rule.body !== '') setAt(json, rule.body === '*' ? '' : rule.body, parsed(body));
          setAt(json, rule.variable, decoded(resource));
          return fromJson(request, json);
        },
        replyOf: (object) => toJson(reply, object),
      };
    }
    return undefined;
  };
};

const rulesOf = (root: Root): Rule[] =>
  serviceNames.flatMap((service) =>
    root
      .lookupService(service)
      .methodsArray.flatMap(({ name, parsedOptions }) =>
        optionsSchema
          .parse(parsedOptions)
          .flatMap(({ '(google.api.http)': http }) =>
            [http ?? {}, ...(http?.additional_bindings ?? [])].flatMap((binding) =>
              ruleOf(binding, service, name),
            ),
          ),
      ),
  );

const ruleOf = (binding: z.infer<typeof bindingSchema>, service: ServiceName, method: string): Rule[] => {
  const given: Record<string, string | undefined> = binding;
  return verbs.flatMap((verb) => {
    const template = given[verb];
    const parts = template && /^(.*)\{([a-zA-Z_.]+)=([^}]+)\}(.*)$/.exec(template);
    if (!parts) return [];
    const [, before = '', variable = '', pattern = '', after = ''] = parts;
    const resource = pattern.replace(/\*$/, '[^/:]+').replaceAll('*', '[^/]+');
    const path = new RegExp(`^${before}(${resource})${after}$`);
    return [{ verb: verb.toUpperCase(), path, variable, body: binding.body ?? '', service, method }];
  });
};

const decoded = (resource: string): string => {
  try {
    return decodeURIComponent(resource);
  } catch {
    return resource;
  }
};

/** Sets a value at a path such as `topic.name`; at '' its members. */
const setAt = (json: JsonObject, path: string, value: Json): void => {
  if (path === '') {
    Object.assign(json, value);
    return;
  }
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    json[camelCase(first)] = value;
    return;
  }
  const inner = jsonObjectSchema.safeParse(json[camelCase(first)]).data ?? {};
  setAt(inner, rest.join('.'), value);
  json[camelCase(first)] = inner;
};

const parsed = (body: string): JsonObject => {
  try {
    return body === '' ? {} : jsonObjectSchema.parse(JSON.parse(body));
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'The root element must be an object.' : message(error);
    throw invalidArgument(`Invalid JSON payload received. ${reason}`);
  }
};

/** What every call of Google's REST interfaces may carry; it says nothing here. */
const systemParameters = new Set(
  '$.xgafv,access_token,alt,callback,fields,key,oauth_token,prettyPrint,quotaUser,uploadType,upload_protocol'.split(
    ',',
  ),
);

const fromJson = (type: Type, { ...json }: JsonObject): object => {
  for (const name of systemParameters) delete json[camelCase(name)];
  const known = knownFields(type, json, '');
  try {
    const converted = fromProto3JSON(type, known);
    return type.toObject(converted ?? type.create(), objectOptions);
  } catch (error) {
    throw invalidArgument(`Invalid JSON payload received. ${message(error)}`);
  }
};

const toJson = (type: Type, reply: object): object =>
  z.looseObject({}).parse(toProto3JSON(type.fromObject(reply)) ?? {});

/** These have a JSON form of their own. */
const isWellKnown = ({ fullName }: Type): boolean => fullName.startsWith('.google.protobuf.');

const base64Rule = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * The same with the fields' own names, which may be given in snake_case.
 * @throws PubSubError INVALID_ARGUMENT, in the words of Google's REST interfaces, for a field that there is not,
 *   and for bytes that are not base64
 */
const knownFields = (type: Type, json: Json, path: string): Json => {
  const object = jsonObjectSchema.safeParse(json).data;
  if (object === undefined || isWellKnown(type)) return json;
  const entries = Object.entries(object).map(([given, value]) => {
    const name = type.fields[given] ? given : camelCase(given);
    const field = type.fields[name]?.resolve();
    const place = path === '' ? name : `${path}.${name}`;
    if (!field) {
      throw invalidArgument(
        `Invalid JSON payload received. Unknown name "${given}"${path === '' ? '' : ` at '${path}'`}: Cannot find field.`,
      );
    }
    const inner = field.resolvedType;
    const convert = (one: Json, at: string): Json => {
      if (field.type === 'bytes' && typeof one === 'string' && !base64Rule.test(one)) {
        throw invalidArgument(`Invalid value at '${at}' (TYPE_BYTES), Base64 decoding failed for "${one}"`);
      }
      return inner instanceof Type && !field.map ? knownFields(inner, one, at) : one;
    };
    const converted = Array.isArray(value)
      ? value.map((one, index) => convert(one, `${place}[${index}]`))
      : convert(value, place);
    return [name, converted] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
};

const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
