/**
 * A run could not go on for now, and nothing about it is decided: its message should be delivered again. What has been
 * done is not done twice, since the next execution attaches to the jobs that exist.
 */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
}
