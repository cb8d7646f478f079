/** A file of schemas/ is missing or wrong. The message names the file, the place in it and what was expected. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}
