import type { Call } from './arguments';
import { GcloudError, keyOf, type Resource, type State } from './state';

/** One kind of resource: which commands make and change it, and what it then looks like. */
export interface Kind {
  /** The API that has to be enabled. */
  readonly api: string;
  readonly create?: string;
  readonly update?: string;
  /** Another command, not of the group, that changes it. */
  readonly updateElsewhere?: string;
  /** Makes where there is none and changes where there is one. */
  readonly createOrUpdate?: string;
  /** Its listing's verb; and its names are the server's. */
  readonly list?: string;
  readonly isNamedByServer?: boolean;
  readonly notFound: (name: string, project: string) => string;
  /** The resource after the call. Throws a GcloudError where Google would refuse. */
  readonly build: (name: string, call: Call, before: Resource, state: State, project: string) => Resource;
  /** Which other resources keep it from being deleted. */
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
