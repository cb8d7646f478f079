import type { StatementModel } from '../statement-model';
import { admissionModels } from './admission';
import { endingModels } from './ending';
import { keyModels } from './keys';
import { readingModels } from './reading';
import { tenantModels } from './tenants';
import { usageModels } from './usage';

/** By the statement's name. */
export const statementModels: ReadonlyMap<string, StatementModel> = new Map(
  [...admissionModels, ...endingModels, ...readingModels, ...tenantModels, ...keyModels, ...usageModels].map(
    (model) => [model.name, model],
  ),
);
