import { type Call, parseCall } from './arguments';
import type { Kind } from './kind';
import { kinds, projectNumber } from './kinds';
import { changePolicy, readPolicy } from './policies';
import { addVersion, listVersions } from './secrets';
import { GcloudError, keyOf, type State } from './state';
import { formatValue, valueAt } from './value-format';

export interface Answer {
  readonly stdout: readonly string[];
  readonly stderr: string;
  readonly code: number;
}

/** Which mutating call fails, and when: before its effect, or after it (the answer is lost). */
export interface Failure {
  /** The nth of the deployment, counted from 1; or each, the first time that it is made. */
  readonly call: number | 'each once';
  readonly when: 'before' | 'after';
}

export interface Gcloud {
  readonly state: State;
  /** Every call's arguments, in order. */
  readonly calls: (readonly string[])[];
  /** The calls of the current deployment that change something. */
  mutations: (readonly string[])[];
  failure: Failure | undefined;
  /** What failed because each call does, once. */
  readonly failed: Set<string>;
  /** Calls that begin with this are not permitted. */
  forbidden: string | undefined;
  /** The next `times` calls that begin with `calls` are refused: Google has not noticed what they need. */
  refusal: { readonly calls: string; readonly message: string; times: number } | undefined;
  readonly answer: (args: readonly string[], stdin: string) => Answer;
}

/** A gcloud that keeps a project's state and answers deploy.sh's calls like the real one. */
export function createGcloud(state: State): Gcloud {
  const gcloud: Gcloud = {
    state,
    calls: [],
    mutations: [],
    failure: undefined,
    failed: new Set(),
    forbidden: undefined,
    refusal: undefined,
    answer: (args, stdin) => {
      gcloud.calls.push(args);
      try {
        return succeed(perform(gcloud, args, parseCall(args, stdin)));
      } catch (error) {
        if (!(error instanceof GcloudError))
          return { stdout: [], stderr: `ERROR: fake gcloud: ${error}`, code: 70 };
        return {
          stdout: [],
          stderr: `ERROR: (gcloud.${args.slice(0, 3).join('.')}) ${error.message}`,
          code: 1,
        };
      }
    },
  };
  return gcloud;
}

const succeed = (stdout: readonly string[]): Answer => ({ stdout, stderr: '', code: 0 });

/** The lines of the output. */
function perform(gcloud: Gcloud, args: readonly string[], call: Call): readonly string[] {
  if (gcloud.forbidden !== undefined && args.join(' ').startsWith(gcloud.forbidden))
    throw new GcloudError('PERMISSION_DENIED: The caller does not have permission.');
  const { refusal } = gcloud;
  if (refusal !== undefined && refusal.times > 0 && args.join(' ').startsWith(refusal.calls)) {
    refusal.times -= 1;
    throw new GcloudError(refusal.message);
  }
  const read = readingOf(gcloud.state, call);
  if (read !== undefined) return read;
  if (!isRepeated(args.join(' '))) gcloud.mutations.push(args);
  const when = failureOf(gcloud, args.join(' '));
  const failed = new GcloudError('INTERNAL: Connection broken. Please try again.');
  if (when === 'before') throw failed;
  mutate(gcloud.state, call);
  if (when === 'after') throw failed;
  return [];
}

function failureOf({ failure, failed, mutations }: Gcloud, line: string): Failure['when'] | undefined {
  if (failure?.call === 'each once') {
    if (failed.has(line)) return undefined;
    failed.add(line);
    return failure.when;
  }
  return !isRepeated(line) && mutations.length === failure?.call ? failure.when : undefined;
}

/** Calls without a visible effect, which every deployment therefore makes again. */
const isRepeated = (line: string): boolean =>
  line.startsWith('beta services identity create ') || line.startsWith('scheduler jobs run ');

/** The output of a call that only reads; undefined if it changes something. */
function readingOf(state: State, call: Call): readonly string[] | undefined {
  const { words, flags } = call;
  const line = words.join(' ');
  const format = flags.get('format') ?? '';
  if (line.startsWith('projects describe ')) return [formatValue(format, { projectNumber })];
  if (line === 'services list') return [...state.apis];
  const policy = readPolicy(state, call);
  if (policy !== undefined) return policy.map((binding) => formatValue(format, { bindings: binding }));
  if (line.startsWith('secrets versions list '))
    return listVersions(state, call).map((version) => formatValue(format, version));
  for (const [group, kind] of Object.entries(kinds)) {
    if (line.startsWith(`${group} describe `)) {
      const name = words.at(-1) ?? '';
      requireApi(state, kind);
      const resource = state.resources.get(keyOf(group, name));
      if (resource === undefined) throw new GcloudError(kind.notFound(name, projectOf(call)));
      return flattened(resource, flags.get('flatten')).map((item) => formatValue(format, item));
    }
    if (kind.list !== undefined && line === `${group} ${kind.list}`) {
      requireApi(state, kind);
      return [...state.resources]
        .filter(([key, resource]) => key.startsWith(`${group}/`) && passes(resource, flags.get('filter')))
        .map(([, resource]) => formatValue(format, resource));
    }
  }
  return undefined;
}

function mutate(state: State, call: Call): void {
  const { words } = call;
  const line = words.join(' ');
  const name = words.at(-1) ?? '';
  if (line.startsWith('services enable ')) {
    for (const api of words.slice(2)) state.apis.add(api);
    return;
  }
  if (line === 'beta services identity create') {
    state.resources.set(
      keyOf('agents', `service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`),
      {},
    );
    return;
  }
  if (line.startsWith('scheduler jobs run ')) {
    requireThere(state, 'scheduler jobs', name);
    return;
  }
  if (line.startsWith('secrets versions add ')) {
    addVersion(state, name, call.stdin);
    return;
  }
  if (changePolicy(state, call)) return;
  const isKnown = Object.entries(kinds).some(([group, kind]) => change(state, group, kind, call));
  if (!isKnown) throw new Error(`unknown command: ${line}`);
}

/** With `--flatten=spec.template.spec.containers[].env[]` there is one resource per variable, and so on. */
function flattened(resource: unknown, flatten: string | undefined): readonly unknown[] {
  if (flatten === undefined) return [resource];
  if (flatten === 'rules[]') {
    const rules = valueAt(resource, 'rules');
    return (Array.isArray(rules) ? rules : []).map((rule) => ({ rules: rule }));
  }
  if (flatten !== 'spec.template.spec.containers[].env[]') throw new Error(`unknown --flatten=${flatten}`);
  const variables = valueAt(resource, 'spec.template.spec.containers[0].env');
  return (Array.isArray(variables) ? variables : []).map((env) => ({
    spec: { template: { spec: { containers: { env } } } },
  }));
}

/** Returns whether the call was of this kind. */
function change(state: State, group: string, kind: Kind, call: Call): boolean {
  const line = call.words.join(' ');
  const given = kind.nameOf?.(call) ?? call.words.at(-1) ?? '';
  const is = (verb: string | undefined) => verb !== undefined && `${line} `.startsWith(`${group} ${verb} `);
  const isEither = kind.createOrUpdate !== undefined && line.startsWith(`${kind.createOrUpdate} `);
  const isUpdate =
    is(kind.update) || (kind.updateElsewhere !== undefined && line.startsWith(`${kind.updateElsewhere} `));
  const isCreate = is(kind.create);
  const name = nameFor(state, group, kind, given, isCreate, projectOf(call));
  const before = state.resources.get(keyOf(group, name));
  if (group === 'iam roles' && is('undelete')) {
    if (before?.deleted !== true)
      throw new GcloudError(`FAILED_PRECONDITION: The role ${name} is not deleted.`);
    const { deleted, ...kept } = before;
    state.resources.set(keyOf(group, name), kept);
    return true;
  }
  if (isCreate || isUpdate || isEither) {
    requireApi(state, kind);
    if (isCreate && before !== undefined && before.deleted !== true)
      throw new GcloudError(`ALREADY_EXISTS: Resource ${name} already exists`);
    if (!isCreate && !isEither && before === undefined)
      throw new GcloudError(kind.notFound(name, projectOf(call)));
    state.resources.set(keyOf(group, name), kind.build(name, call, before ?? {}, state, projectOf(call)));
    return true;
  }
  if (!is('delete')) return false;
  requireThere(state, group, name);
  const user = kind.usedBy?.(name, state);
  if (user !== undefined) throw new GcloudError(`The resource '${name}' is already being used by '${user}'`);
  state.resources.delete(keyOf(group, name));
  state.policies.delete(keyOf(group, name));
  return true;
}

function nameFor(
  state: State,
  group: string,
  kind: Kind,
  given: string,
  isCreate: boolean,
  project: string,
): string {
  if (group === 'iam service-accounts' && isCreate) return `${given}@${project}.iam.gserviceaccount.com`;
  if (kind.isNamedByServer && isCreate)
    return `projects/${project}/${group.split(' ').at(-1)}/${1000000 + state.counter++}`;
  return given;
}

function requireThere(state: State, group: string, name: string): void {
  const kind = kinds[group];
  if (kind !== undefined && !state.resources.has(keyOf(group, name)))
    throw new GcloudError(kind.notFound(name, 'my-project'));
}

function requireApi(state: State, { api }: Kind): void {
  if (!state.apis.has(`${api}.googleapis.com`))
    throw new GcloudError(
      `SERVICE_DISABLED: ${api}.googleapis.com has not been used in project ${projectNumber} before or it is disabled.`,
    );
}

const projectOf = ({ flags }: Call): string => flags.get('project') ?? '';

/** `key~pattern`, or `key=word`. gcloud has announced that = will match values that only contain the word. */
function passes(resource: unknown, filter: string | undefined): boolean {
  const parsed = /^([^=~]+)([=~])(.*)$/.exec(filter ?? '');
  if (parsed === null) return true;
  const [, key = '', operator, wanted = ''] = parsed;
  return new RegExp(operator === '=' ? `\\b${wanted}\\b` : wanted).test(String(valueAt(resource, key)));
}
