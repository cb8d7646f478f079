export const functionNames = [
  'onboard',
  'tenants',
  'run',
  'worker',
  'operate',
  'deliver-events',
  'reset-quotas',
  'reconcile',
  'ensure-tables',
  'tick',
  'console',
] as const;
export type FunctionName = (typeof functionNames)[number];
