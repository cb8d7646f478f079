import { invalidArgument } from './pubsub-error';

/** https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
const idRule = /^(?!goog)[A-Za-z][A-Za-z0-9\-._~+%]{2,254}$/;
const projectRule = /^projects\/[^/]+$/;

/**
 * Checks a full resource name (such as `projects/P/topics/T`) against Pub/Sub's rule:
 * a letter, then letters, digits and `-._~+%`, 3 to 255 in all, not beginning with `goog`. `field` is the
 * request's field, for the message.
 * @throws PubSubError INVALID_ARGUMENT, in Pub/Sub's words
 */
export const checkName = (
  name: string,
  collection: 'topics' | 'subscriptions' | 'snapshots' | 'schemas',
  field = 'name',
): void => {
  const [projects, project, kind, id, ...rest] = name.split('/');
  const valid =
    projects === 'projects' && project && kind === collection && id && idRule.test(id) && rest.length === 0;
  if (valid) return;
  throw invalidArgument(
    `Invalid resource name given (${field}=${name}). Refer to ` +
      'https://cloud.google.com/pubsub/docs/admin#resource_names for more information.',
  );
};

/** @throws PubSubError INVALID_ARGUMENT */
export const checkProjectName = (name: string): void => {
  if (!projectRule.test(name)) {
    throw invalidArgument(`Invalid project name given (name=${name}); expected projects/PROJECT.`);
  }
};

/** `projects/P` of any resource's full name. */
export const projectOf = (name: string): string => name.split('/', 2).join('/');
