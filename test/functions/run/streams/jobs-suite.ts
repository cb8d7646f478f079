import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { call } from '../../../support/local-cloud';

const jobSchema = z.strictObject({ project_id: z.string(), location: z.string(), job_id: z.string() });
const stepsSchema = z.tuple([z.looseObject({ attempt_details: z.tuple([z.looseObject({})]) })]);

/** The body as tenants see it. */
export const withoutJobs = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (name, value: unknown) => (name === 'job' ? undefined : value));

/** Of the run `run-1` of the tenant `acme`, whose one step is one attempt. */
export async function expectJobsToldToAdmins(
  url: string,
  bigquery: BigQuery,
  asTenant: Record<string, string>,
  asAdmin: Record<string, string>,
): Promise<void> {
  const path = '/api/v1/pipelines/runs/run-1';
  const own = await call(url, 'GET', path, { headers: { ...asTenant, ...asAdmin } });
  expect(JSON.stringify(own.body)).not.toMatch(/"job|project/);
  const { body } = await call(url, 'GET', `${path}?tenant=acme`, { headers: asAdmin });
  const [step] = stepsSchema.parse(body.steps);
  const { job, ...attempt } = step.attempt_details[0];
  const { started_at, ended_at } = step;
  expect(attempt).toMatchObject({ attempt: 1, status: 'COMPLETED', started_at, ended_at, error_code: null });
  const { project_id, location, job_id } = jobSchema.parse(job);
  const [{ jobReference }] = await bigquery.job(job_id, { location }).getMetadata();
  expect(jobReference).toMatchObject({ projectId: project_id, location, jobId: job_id });
  expect(body).toMatchObject({ bigquery_price_per_tib: 6.25, currency: 'USD' });
  const events = async (query: string, headers: Record<string, string>) =>
    (await fetch(`${url}${path}/events${query}`, { headers })).text();
  expect(await events('?tenant=acme', asAdmin)).toContain(`"job_id":"${job_id}"`);
  expect(await events('', asTenant)).not.toMatch(/"job|project/);
}
