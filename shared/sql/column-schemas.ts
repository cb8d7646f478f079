import { z } from 'zod';

/** How values come back from @google-cloud/bigquery, by column type. */
export const string = z.string();
export const integer = z.number().int();
export const bool = z.boolean();

/** A TIMESTAMP comes as an object with an ISO 8601 `value` in UTC, and becomes a Date. */
export const timestamp = z.object({ value: z.iso.datetime() }).transform(({ value }) => new Date(value));

/** A DATE comes as an object with a `value` such as 2024-09-01, and stays that text. */
export const date = z.object({ value: z.iso.date() }).transform(({ value }) => value);
