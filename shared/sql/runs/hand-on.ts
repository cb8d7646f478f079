import { z } from 'zod';
import { string } from '../column-schemas';

/*
 * The queue. A run that waits is an entry of `active_runs` with `queued_until`. Which of those that wait get a
 * slot is decided by this one rule, in whatever statement frees a slot or brings a further run:
 *
 * - in the order of their turns: of the time of admission less the run's priority, so a priority is so many
 *   seconds of head start and nothing starves; of one time, as they came;
 * - a run whose concurrency key has as many runs as may run at once is passed over, and holds up nobody;
 * - the first one for which there is no room any more holds up all behind it, whatever they take: so a run that
 *   takes several slots is not overtaken for ever by those that take one. One that takes more slots than its
 *   tenant has is passed over;
 * - none whose time in the queue is up: reconcile ends it.
 */

/** The slots that runs hold: an expired lease holds none, and neither does a run that waits. */
export const slotsHeld = (runs: string): string =>
  `(SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(${runs}) WHERE lease_expires_at > @now AND queued_until IS NULL)`;

/** How many runs wait. */
export const runsQueued = (runs: string): string =>
  `(SELECT COUNT(*) FROM UNNEST(${runs}) WHERE queued_until IS NOT NULL)`;

/** What the rule has to know of an entry of `active_runs`. */
const turnColumns =
  'run_id, TIMESTAMP_SUB(admitted_at, INTERVAL IFNULL(priority, 0) SECOND) AS turn, IFNULL(slots, 1) AS slots, concurrency_key, concurrency_limit';

/** Of these entries, each with its `position`, those that wait: for the rule. */
export const waitingRuns = (entries: string): string => `
        SELECT ${turnColumns}, position
        FROM ${entries}
        WHERE queued_until > @now`;

/**
 * The query of the runs that get a slot: `run_id` and the `slots` that each takes.
 *
 * @param waiting the query of the runs that wait, by turnColumns and a position
 * @param holding a FROM clause's item: the runs in flight, of which some hold slots
 * @param most the tenant's slots in all
 * @param room how many of them are free
 */
export const startableRuns = (of: {
  readonly waiting: string;
  readonly holding: string;
  readonly most: string;
  readonly room: string;
}): string => `
    SELECT run_id, slots
    FROM (
      SELECT run_id, slots, place, SUM(slots) OVER (ORDER BY place) AS slots_up_to
      FROM (
        SELECT run_id, slots, ROW_NUMBER() OVER (ORDER BY turn, position) AS place
        FROM (
          SELECT
            waiting.*,
            IFNULL(same_key.runs, 0)
              + ROW_NUMBER() OVER (PARTITION BY waiting.concurrency_key ORDER BY turn, position) AS place_in_key
          FROM (${of.waiting}
          ) AS waiting
          LEFT JOIN (
            SELECT concurrency_key, COUNT(*) AS runs
            FROM ${of.holding}
            WHERE concurrency_key IS NOT NULL AND lease_expires_at > @now AND queued_until IS NULL
            GROUP BY concurrency_key
          ) AS same_key ON same_key.concurrency_key = waiting.concurrency_key
          WHERE waiting.slots <= ${of.most}
        )
        WHERE concurrency_key IS NULL OR place_in_key <= concurrency_limit
      )
      -- Each takes at least one.
      WHERE place <= ${of.room}
    )
    WHERE slots_up_to <= ${of.room}`;

/**
 * The entries of `tenant.active_runs` after some of them have got their slots: these come last.
 *
 * @param gone a query of the runs that do not stay, and `UNION ALL`; empty where all do
 * @param starting an array of the runs that get a slot
 */
export const withSlots = (gone: string, starting: string): string => `
    ARRAY(
      SELECT slot
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (
        SELECT run_id FROM UNNEST(tenant.active_runs)
        EXCEPT DISTINCT
        SELECT run_id FROM (${gone}SELECT run_id FROM UNNEST(${starting}))
      ) AS kept ON kept.run_id = slot.run_id
      ORDER BY position),
    ARRAY(
      SELECT AS STRUCT slot.* REPLACE (
        TIMESTAMP_ADD(@now, INTERVAL slot.lease_seconds SECOND) AS lease_expires_at,
        CAST(NULL AS TIMESTAMP) AS queued_until,
        @now AS handed_on_at)
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (SELECT run_id FROM UNNEST(${starting})) AS started ON started.run_id = slot.run_id
      ORDER BY position)`;

/** The slots that these of the runs hold until they are gone. */
export const slotsFreed = (runs: string, gone: string): string => `(
      SELECT IFNULL(SUM(IFNULL(slot.slots, 1)), 0)
      FROM UNNEST(${runs}) AS slot
      JOIN (SELECT run_id FROM UNNEST(${gone})) AS outcome ON outcome.run_id = slot.run_id
      WHERE slot.lease_expires_at > @now AND slot.queued_until IS NULL)`;

/** The runs in flight that stay. */
const keptRuns = (gone: string): string => `(
          SELECT slot.*, position
          FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
          JOIN (
            SELECT run_id FROM UNNEST(active_runs)
            EXCEPT DISTINCT
            SELECT run_id FROM UNNEST(${gone})
          ) AS kept ON kept.run_id = slot.run_id
        )`;

/**
 * The FROM clause's item `queue` of a write that frees slots: the array `gone` of the runs that do not stay, and
 * `starting` of those that get a slot. Nobody does of a suspended tenant, nor of one whose byte budget is used up: their
 * runs wait.
 *
 * @param runs the array, by the columns of `tenants`
 */
export const queueAfter = (gone: string, runs: string): string => `(
  SELECT
    ${gone},
    ARRAY(
      SELECT AS STRUCT run_id, slots
      FROM (${startableRuns({ waiting: waitingRuns(keptRuns(gone)), holding: keptRuns(gone), most: 'most', room: 'room' })})
    ) AS starting
  FROM (
    SELECT
      *,
      IF(may_start, most - ${slotsHeld('active_runs')} + ${slotsFreed('active_runs', gone)}, 0) AS room
    FROM (
      SELECT
        active_runs,
        IFNULL(max_concurrent_pipelines, @unlimited) AS most,
        is_active AND (
          max_bytes_billed_per_month IS NULL
          OR IF(quota_reset_date < DATE_TRUNC(DATE(@now), MONTH), 0, IFNULL(bytes_billed_this_month, 0))
            < max_bytes_billed_per_month) AS may_start,
        ${runs} AS ${gone}
      FROM tenants
      WHERE tenant_id = @tenant_id
    )
  )
) AS queue`;

/** The place in the queue of each entry of `active_runs` that waits: `run_id` and `place`, from 1. */
export const queuePlaces = (runs: string): string => `
      SELECT run_id, ROW_NUMBER() OVER (ORDER BY turn, position) AS place
      FROM (
        SELECT ${turnColumns}, position
        FROM UNNEST(${runs}) WITH OFFSET AS position
        WHERE queued_until IS NOT NULL
      )`;

/** A run that left the queue. */
export const handedOnRun = z.object({ run_id: string, pipeline: string });

/** Those that a statement since `@handed_since` gave a slot, and that somebody has to publish. */
export const handedOnRuns = (runs: string): string => `ARRAY(
    SELECT AS STRUCT run_id, pipeline
    FROM UNNEST(${runs}) WITH OFFSET AS position
    WHERE handed_on_at >= @handed_since
    ORDER BY position
  )`;
