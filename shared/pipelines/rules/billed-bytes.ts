const megabyte = 1024 * 1024;
const leastMegabytes = 10;

/**
 * What BigQuery bills for a query on demand: whole megabytes, at least 10 for each table that it reads; nothing
 * where nothing is read (https://cloud.google.com/bigquery/pricing#on_demand_pricing).
 */
export function billedBytes(bytesProcessed: number, tables: number): number {
  if (bytesProcessed === 0) return 0;
  const least = leastMegabytes * megabyte * Math.max(1, tables);
  return Math.max(least, Math.ceil(bytesProcessed / megabyte) * megabyte);
}
