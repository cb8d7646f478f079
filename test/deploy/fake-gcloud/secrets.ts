import type { Call } from './arguments';
import { GcloudError, keyOf, type Resource, type State } from './state';

/** Keeps the value of a version where no command can read it. */
export function addVersion(state: State, secret: string, value: string): void {
  if (!state.resources.has(keyOf('secrets', secret)))
    throw new GcloudError(`NOT_FOUND: Secret [${secret}] not found.`);
  if (value === '') throw new GcloudError('INVALID_ARGUMENT: Secret payload may not be empty.');
  const number = versionsOf(state, secret).length + 1;
  state.secretValues.push(value);
  const name = `projects/1/secrets/${secret}/versions/${number}`;
  state.resources.set(keyOf('secrets versions', `${secret}/${number}`), { name, state: 'ENABLED', number });
}

/** Enabled versions, the newest first. */
export function listVersions(state: State, { words, flags }: Call): readonly Resource[] {
  return versionsOf(state, words.at(-1) ?? '')
    .reverse()
    .slice(0, Number(flags.get('limit')));
}

const versionsOf = (state: State, secret: string): Resource[] =>
  state.resources.has(keyOf('secrets', secret))
    ? [...state.resources]
        .filter(([key]) => key.startsWith(`secrets versions/${secret}/`))
        .map(([, version]) => version)
    : [];
