import type { StatementModel } from '../statement-model';
import { activityModels } from './activity';
import { admissionModels } from './admission';
import { alertModels } from './alerts';
import { keyModels } from './keys';
import { lapsedModels } from './lapsed';
import { operationModels } from './operations';
import { readingModels } from './reading';
import { scheduleModels } from './schedules';
import { settlingModels } from './settling';
import { tenantModels } from './tenants';
import { usageModels } from './usage';
import { withdrawalModels } from './withdrawal';

/** By the statement's name. */
export const statementModels: ReadonlyMap<string, StatementModel> = new Map(
  [
    ...admissionModels,
    ...alertModels,
    ...settlingModels,
    ...withdrawalModels,
    ...lapsedModels,
    ...readingModels,
    ...tenantModels,
    ...keyModels,
    ...usageModels,
    ...activityModels,
    ...scheduleModels,
    ...operationModels,
  ].map((model) => [model.name, model]),
);
