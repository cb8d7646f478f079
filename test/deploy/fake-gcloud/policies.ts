import type { Call } from './arguments';
import { kinds } from './kinds';
import { type Binding, GcloudError, keyOf, type State } from './state';

const policyVerb = /^(.+) (get|add|remove)-iam-policy(?:-binding)? (\S+)$/;

/** The answer to a `get-iam-policy`, one binding per member; undefined for another call. */
export function readPolicy(state: State, { words, flags }: Call) {
  const [, group = '', verb, name = ''] = policyVerb.exec(words.join(' ')) ?? [];
  if (verb !== 'get') return undefined;
  if (flags.get('flatten') !== 'bindings[].members') throw new Error('expected --flatten=bindings[].members');
  requireOwner(state, group, name);
  return bindingsOf(state, group, name).map(({ member, ...binding }) => ({ ...binding, members: member }));
}

/** Adds or removes a binding. Returns false for another call. */
export function changePolicy(state: State, { words, flags }: Call): boolean {
  const [, group = '', verb, name = ''] = policyVerb.exec(words.join(' ')) ?? [];
  if (verb !== 'add' && verb !== 'remove') return false;
  requireOwner(state, group, name);
  const binding: Binding = {
    member: flags.get('member') ?? '',
    role: flags.get('role') ?? '',
    condition: conditionOf(flags.get('condition')),
  };
  const text = JSON.stringify(binding);
  const others = bindingsOf(state, group, name).filter((other) => JSON.stringify(other) !== text);
  if (verb === 'remove') {
    if (others.length === bindingsOf(state, group, name).length && group === 'projects')
      throw new GcloudError('Policy bindings with the specified principal, role, and condition not found!');
    state.policies.set(keyOf(group, name), others);
    return true;
  }
  requireMemberAndRole(state, binding);
  state.policies.set(keyOf(group, name), [...others, binding]);
  return true;
}

const bindingsOf = (state: State, group: string, name: string) =>
  state.policies.get(keyOf(group, name)) ?? [];

function requireOwner(state: State, group: string, name: string): void {
  const kind = kinds[group];
  if (kind !== undefined && !state.resources.has(keyOf(group, name)))
    throw new GcloudError(kind.notFound(name, 'my-project'));
}

function requireMemberAndRole(state: State, { member, role }: Binding): void {
  const account = member.replace('serviceAccount:', '');
  const isKnown = ['iam service-accounts', 'agents'].some((group) =>
    state.resources.has(keyOf(group, account)),
  );
  if (!isKnown) throw new GcloudError(`INVALID_ARGUMENT: Service account ${account} does not exist.`);
  const custom = /^projects\/[^/]+\/roles\/(.+)$/.exec(role)?.[1];
  const definition = custom === undefined ? {} : state.resources.get(keyOf('iam roles', custom));
  if (definition === undefined || definition.deleted === true)
    throw new GcloudError(`INVALID_ARGUMENT: Role ${role} does not exist in the resource's hierarchy.`);
}

function conditionOf(text: string | undefined): Binding['condition'] {
  if (text === undefined || text === 'None') return undefined;
  const parsed = /^expression=(.*),title=(.*)$/.exec(text);
  if (parsed === null) throw new GcloudError(`Invalid value for [--condition]: ${text}`);
  return { expression: parsed[1] ?? '', title: parsed[2] ?? '' };
}
