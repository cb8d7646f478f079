import { type IConversionOptions, Reader, type Type, util } from 'protobufjs';
import { loadProtocol, serviceName } from './protocol';

/** One of the engine's remote procedures. */
export interface EngineMethod {
  /** How gRPC names it. */
  readonly path: string;
  readonly requestSerialize: (request: object) => Buffer;
  readonly responseDeserialize: (response: Buffer) => object;
}

export type EngineMethods = Readonly<Record<string, EngineMethod>>;

let loaded: EngineMethods | undefined;

/**
 * The engine's remote procedures by name, with their serializers. Loading takes about 0.1 s, once per
 * process.
 */
export function engineMethods(): EngineMethods {
  loaded ??= loadMethods();
  return loaded;
}

/**
 * How deep the engine's answers may be nested. Its trees take four levels for each operator of an expression,
 * so that the library's own limit of 100 is reached by a sum of 25 terms.
 */
const deepestNesting = 4_000;

/** How the engine's answers are told. Fields that it leaves out are left out. */
const asObjects: IConversionOptions = { defaults: false, longs: String, enums: String };

/** Without @grpc/proto-loader, which would also describe each type: that takes longer than the rest. */
function loadMethods(): EngineMethods {
  // These hold for the whole process.
  util.recursionLimit = deepestNesting;
  Reader.recursionLimit = deepestNesting;
  const methods = loadProtocol()
    .lookupService(serviceName)
    .methodsArray.map(({ name, ...method }) => {
      const { resolvedRequestType: request, resolvedResponseType: response } = method;
      if (request === null || response === null) throw new Error(`No types of ${name} in the protocol`);
      return [name, { path: `/${serviceName}/${name}`, ...serializers(request, response) }] as const;
    });
  return Object.fromEntries(methods);
}

const serializers = (request: Type, response: Type) => ({
  requestSerialize: (message: object) => Buffer.from(request.encode(request.fromObject(message)).finish()),
  responseDeserialize: (bytes: Buffer): object => response.toObject(response.decode(bytes), asObjects),
});
