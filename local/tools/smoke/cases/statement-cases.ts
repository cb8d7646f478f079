import { controlCases } from './control-cases';
import { lapsedCases } from './lapsed-cases';
import { overviewCases } from './overview-cases';
import { runCases } from './run-cases';
import { scheduleCases } from './schedule-cases';
import type { StatementCase } from './statement-case';
import { endingCases, tenantCases } from './tenant-cases';
import { webhookCases } from './webhook-cases';

/** Every statement of shared/sql, in an order in which each finds what it needs. */
export const statementCases: readonly StatementCase[] = [
  ...tenantCases,
  ...runCases,
  ...lapsedCases,
  ...endingCases,
  ...controlCases,
  ...overviewCases,
  ...webhookCases,
  ...scheduleCases,
];
