import { readEnv } from '../../../shared/env';
import { localDefaults } from '../../cloud/options';

/** What a deployment allows definitions to read, as far as is known here: as the local cloud, unless the environment says. */
export const allowedSourcesOf = (environment: NodeJS.ProcessEnv): readonly string[] =>
  readEnv({ ALLOWED_SOURCES: environment.ALLOWED_SOURCES ?? localDefaults.ALLOWED_SOURCES }).ALLOWED_SOURCES;
