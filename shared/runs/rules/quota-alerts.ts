import { z } from 'zod';

/** An entry of the tenant row's `quota_alerts`: so much of a monthly quota is used. */
export interface QuotaAlert {
  /** Which: runs a month, or bytes billed in it. */
  readonly quota: 'monthly' | 'bytes';
  /** The first day of the month: 2026-11-01. */
  readonly month: string;
  readonly percent: number;
  readonly used: number;
  readonly quota_limit: number;
  /** The run by which it was reached. */
  readonly run_id: string;
  readonly reached_at: Date;
  /** Null: it may not have been published yet. */
  readonly announced_at: Date | null;
}

/** Names it in its tenant's row. */
export const alertKey = ({ quota, month, percent, quota_limit }: QuotaAlert): string =>
  [quota, month, percent, quota_limit].join(' ');

/** Where neither tier nor tenant says otherwise. */
export const defaultAlertPercents: readonly number[] = [80, 100];

const expected = 'expected up to 10 different whole percentages from 1 to 100';

/** Percentages of the monthly quotas at which an event is told. An empty list: at none. */
export const alertPercentsSchema = z
  .array(z.int(expected).min(1, expected).max(100, expected))
  .max(10, expected)
  .refine((percents) => new Set(percents).size === percents.length, expected)
  .transform((percents): readonly number[] => percents.toSorted((one, other) => one - other));

/** As the row has them: there an empty list is one that was never set, and a 0, which nothing crosses, is none. */
export const storedAlertPercents = (percents: readonly number[]): readonly number[] =>
  percents.length === 0 ? [0] : percents;

/** What a tenant of this tier gets. */
export const alertPercentsOfTier = (tier: {
  readonly alert_at_percent?: readonly number[] | undefined;
}): readonly number[] => tier.alert_at_percent ?? defaultAlertPercents;

/** What the row's list means. */
export const alertPercentsOf = (stored: readonly number[]): readonly number[] =>
  stored.length === 0 ? defaultAlertPercents : stored.filter((percent) => percent > 0);
