import type { Call } from './arguments';
import { GcloudError, keyOf, type Resource, type State } from './state';

/** A kind of resource: which commands make and change it, and what it looks like afterwards. */
export interface Kind {
  /** The API that must be enabled. */
  readonly api: string;
  readonly create?: string;
  readonly update?: string;
  /** A command outside of the group that changes it. */
  readonly updateElsewhere?: string;
  /** The name of what that command changes, where it is not the last word. */
  readonly nameOf?: (call: Call) => string | undefined;
  /** The verb that makes it if it is missing and changes it if it exists. */
  readonly createOrUpdate?: string;
  /** The verb that lists them, if deploy.sh finds them by a list. */
  readonly list?: string;
  readonly isNamedByServer?: boolean;
  readonly notFound: (name: string, project: string) => string;
  /** The resource after the call. Throws a GcloudError if Google would refuse. */
  readonly build: (name: string, call: Call, before: Resource, state: State, project: string) => Resource;
  /** The resources because of which it cannot be deleted. */
  readonly usedBy?: (name: string, state: State) => string | undefined;
}

export const requireResource = (state: State, group: string, name: string, text: string) => {
  if (!state.resources.has(keyOf(group, name))) throw new GcloudError(text);
};

export const requireAccount = (state: State, email: string | undefined) => {
  if (email === undefined) return;
  requireResource(
    state,
    'iam service-accounts',
    email.split('/').at(-1) ?? '',
    `PERMISSION_DENIED: Permission 'iam.serviceaccounts.actAs' denied on service account ${email} (or it may not exist).`,
  );
};
