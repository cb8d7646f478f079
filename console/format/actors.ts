/** Who did something, such as `key nightly job`: the kind alone where nobody has a name of its own. */
export const actorWords = (kind: string, name: string): string => (kind === name ? kind : `${kind} ${name}`);
