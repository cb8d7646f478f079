import { z } from 'zod';

/** The label that marks a dataset as a tenant's. No other dataset is ever changed. */
const managedLabel = { key: 'managed-by', value: 'tenant-pipelines' } as const;

/** What onboarding labels a dataset with. */
export const managedLabels: Readonly<Record<string, string>> = { [managedLabel.key]: managedLabel.value };

/** Selects the tenants' datasets: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets/list */
export const managedFilter = `labels.${managedLabel.key}:${managedLabel.value}`;

const labelledSchema = z.object({ labels: z.record(z.string(), z.string()).default({}) });

/** Whether a dataset is a tenant's. Throws a ZodError for anything but a Dataset resource. */
export const isManaged = (dataset: unknown): boolean =>
  labelledSchema.parse(dataset).labels[managedLabel.key] === managedLabel.value;
