import { z } from 'zod';
import { type ErrorReason, isErrorReason } from '../bigquery-error';
import type { Field, Row } from '../model';
import type { Disk } from '../store/disk/disk';
import { type Job, jobKey, type KeptOutcome, type QueryRows } from './job';
import { type JobLog, type LinePlace, openJobLog } from './job-log';
import { jobConfigurationSchema } from './job-schemas';
import type { QueryResults } from './query-results';

/**
 * All known jobs: those under way, those done recently (in memory), and those done within two days (on disk).
 */
export interface JobBook {
  /** Without a location, only jobs of the multi-regions US and EU are found, as on BigQuery. */
  find(jobId: string, location: string | undefined): Promise<Job | undefined>;
  has(key: string): boolean;
  /** Adds a job. Resolves when it is on disk, if `durable` asks for that. */
  add(job: Job, durable: boolean): Promise<void>;
  /** Gives a job its outcome. Resolves when that is on disk, if the job is. */
  finish(job: Job, outcome: KeptOutcome, rows: QueryRows | undefined): Promise<void>;
  /** Drops a job that is held in memory only. */
  forget(job: Job): void;
  /** Drops a job for good. Resolves when that is on disk, if the job is. */
  delete(job: Job): Promise<void>;
  /** Jobs held in memory, the newest first. */
  recent(): readonly Job[];
}

const reasonSchema = z.custom<ErrorReason>((value) => typeof value === 'string' && isErrorReason(value));
const faultSchema = z.object({ reason: reasonSchema, message: z.string(), location: z.string().optional() });
const tableSchema = z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() });

const recordSchema = z.object({
  reference: z.object({ projectId: z.string(), jobId: z.string(), location: z.string() }),
  configuration: jobConfigurationSchema,
  creationTime: z.number(),
  outcome: z
    .object({
      startTime: z.number(),
      endTime: z.number(),
      error: faultSchema.optional(),
      errors: z.array(faultSchema).optional(),
      statistics: z.record(z.string(), z.unknown()),
      destination: tableSchema.optional(),
    })
    .optional(),
  /** A query's rows, where they are few: a caller that comes back after a restart finds them. */
  rows: z.object({ schema: z.array(z.custom<Field>()), rows: z.array(z.custom<Row>()) }).optional(),
});

/** A job as it is kept on disk: one line when it is accepted, without an outcome, and one when it is done. */
export type JobRecord = z.infer<typeof recordSchema>;

const headSchema = z.object({
  reference: z.object({ jobId: z.string(), location: z.string() }),
  outcome: z.object({}).optional(),
  /** Its caller wants nobody to find it any more. */
  deleted: z.boolean().optional(),
});

export interface OpenBook {
  readonly book: JobBook;
  /** Jobs that were under way when the process before this one ended. */
  readonly interrupted: readonly JobRecord[];
}

/** Most cells of a result that is kept with its job on disk. */
const keptCells = 2_000;
/**
 * Finished jobs held in memory. A job that was inserted by id must be found when somebody inserts it again,
 * or it would run twice: without a disk to read it from, far more of them are held. The others are asked for
 * at once or never.
 */
const mostHeld = {
  inserted: { withDisk: 500, memoryOnly: 200_000 },
  passing: { withDisk: 500, memoryOnly: 5_000 },
};

/** @param folder where jobs are kept; absent: in memory only */
export function openJobBook(folder: string | undefined, disk: Disk, results: QueryResults): OpenBook {
  const places = new Map<string, LinePlace>();
  const open = new Map<string, JobRecord>();
  const log =
    folder === undefined ? undefined : openJobLog(folder, disk, (line, place) => visit(line, place));
  const interrupted = [...open.values()];
  return { book: bookOver(log, places, results), interrupted };

  function visit(line: string, place: LinePlace): void {
    const value: unknown = JSON.parse(line);
    const head = headSchema.parse(value);
    const key = jobKey(head.reference);
    if (head.deleted === true) {
      places.delete(key);
      open.delete(key);
      return;
    }
    places.set(key, place);
    if (head.outcome === undefined) open.set(key, recordSchema.parse(value));
    else open.delete(key);
  }
}

function bookOver(log: JobLog | undefined, places: Map<string, LinePlace>, results: QueryResults): JobBook {
  const inserted = new Map<string, Job>();
  const passing = new Map<string, Job>();
  const limitOf = log === undefined ? 'memoryOnly' : 'withDisk';
  const held = (key: string) => inserted.get(key) ?? passing.get(key);
  return {
    async find(jobId, location) {
      for (const place of location === undefined ? ['US', 'EU'] : [location]) {
        const found = await findByKey(jobKey({ location: place, jobId }));
        if (found !== undefined) return found;
      }
      return undefined;
    },
    has: (key) => held(key) !== undefined || places.has(key),
    async add(job, durable) {
      const key = jobKey(job.reference);
      (durable ? inserted : passing).set(key, job);
      if (!durable || log === undefined) return;
      try {
        places.set(key, await log.append(lineOf(job, undefined, undefined)));
      } catch (error) {
        inserted.delete(key);
        throw error;
      }
    },
    async finish(job, outcome, rows) {
      const key = jobKey(job.reference);
      if (rows !== undefined) results.put(key, rows);
      if (inserted.get(key) === job && log !== undefined) {
        // If this fails, the job's effect is on disk all the same, and the next start finds it.
        const place = await log.append(lineOf(job, outcome, rows)).catch(() => undefined);
        if (place !== undefined) places.set(key, place);
      }
      job.outcome = outcome;
      trim(inserted, mostHeld.inserted[limitOf]);
      trim(passing, mostHeld.passing[limitOf]);
    },
    forget(job) {
      passing.delete(jobKey(job.reference));
    },
    async delete({ reference }) {
      const key = jobKey(reference);
      const isKept = places.delete(key);
      inserted.delete(key);
      passing.delete(key);
      if (isKept) await log?.append(JSON.stringify({ reference, deleted: true }));
    },
    recent: () =>
      [...inserted.values(), ...passing.values()]
        .reverse()
        .sort((one, other) => other.creationTime - one.creationTime),
  };

  async function findByKey(key: string): Promise<Job | undefined> {
    const job = held(key);
    const place = job === undefined ? places.get(key) : undefined;
    if (place === undefined || log === undefined) return job;
    const record = recordSchema.parse(JSON.parse(await log.read(place)));
    if (record.rows !== undefined && results.get(key) === undefined) results.put(key, record.rows);
    return jobOf(record);
  }
}

/** A job read back from disk. */
export function jobOf({ reference, configuration, creationTime, outcome }: JobRecord): Job {
  return {
    reference,
    configuration,
    creationTime,
    startTime: outcome?.startTime,
    outcome,
    creationReason: 'REQUESTED',
    failsSilently: false,
    cancelled: false,
    done: Promise.resolve(),
  };
}

function lineOf(job: Job, outcome: KeptOutcome | undefined, rows: QueryRows | undefined): string {
  const { reference, configuration, creationTime } = job;
  const few = rows !== undefined && rows.rows.length * rows.schema.length <= keptCells;
  return JSON.stringify({ reference, configuration, creationTime, outcome, ...(few && { rows }) });
}

/** Forgets the jobs that finished first; a job under way is never forgotten. */
function trim(jobs: Map<string, Job>, limit: number): void {
  if (jobs.size <= limit) return;
  let surplus = jobs.size - limit;
  for (const [key, job] of jobs) {
    if (surplus <= 0) return;
    if (job.outcome === undefined) continue;
    jobs.delete(key);
    surplus--;
  }
}
