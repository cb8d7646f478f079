-- withdraw-and-hand-on: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_run_ids ARRAY<STRING>;
DECLARE p_now TIMESTAMP;
DECLARE p_unlimited INT64;
DECLARE p_handed_since TIMESTAMP;

UPDATE tenants AS tenant
SET
  active_runs = ARRAY_CONCAT(
    ARRAY(
      SELECT slot
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (
        SELECT run_id FROM UNNEST(tenant.active_runs)
        EXCEPT DISTINCT
        SELECT run_id FROM (SELECT run_id FROM UNNEST(queue.withdrawn) UNION ALL SELECT run_id FROM UNNEST(queue.starting))
      ) AS kept ON kept.run_id = slot.run_id
      ORDER BY position),
    ARRAY(
      SELECT AS STRUCT slot.* REPLACE (
        TIMESTAMP_ADD(p_now, INTERVAL slot.lease_seconds SECOND) AS lease_expires_at,
        CAST(NULL AS TIMESTAMP) AS queued_until,
        p_now AS handed_on_at)
      FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
      JOIN (SELECT run_id FROM UNNEST(queue.starting)) AS started ON started.run_id = slot.run_id
      ORDER BY position)),
  pipeline_runs_count = tenant.pipeline_runs_count - (
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(queue.withdrawn)) AS withdrawn ON withdrawn.run_id = slot.run_id),
  pipeline_runs_this_month = tenant.pipeline_runs_this_month - (
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(queue.withdrawn)) AS withdrawn ON withdrawn.run_id = slot.run_id
    WHERE slot.admitted_at >= TIMESTAMP(DATE_TRUNC(tenant.quota_reset_date, MONTH))),
  current_running_pipelines = (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(tenant.active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL)
    - (
      SELECT IFNULL(SUM(IFNULL(slot.slots, 1)), 0)
      FROM UNNEST(tenant.active_runs) AS slot
      JOIN (SELECT run_id FROM UNNEST(queue.withdrawn)) AS outcome ON outcome.run_id = slot.run_id
      WHERE slot.lease_expires_at > p_now AND slot.queued_until IS NULL)
    + (SELECT IFNULL(SUM(slots), 0) FROM UNNEST(queue.starting)),
  withdrawn_runs = ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(tenant.withdrawn_runs)
    WHERE withdrawn_at > TIMESTAMP_SUB(p_now, INTERVAL 1 HOUR) AND run_id NOT IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(queue.withdrawn)))
    UNION ALL
    SELECT AS STRUCT run_id, p_now AS withdrawn_at FROM UNNEST(ARRAY(SELECT run_id FROM UNNEST(queue.withdrawn))) AS run_id),
  updated_at = p_now
FROM (
  SELECT
    withdrawn,
    ARRAY(
      SELECT AS STRUCT run_id, slots
      FROM (
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
          FROM (
        SELECT run_id, TIMESTAMP_SUB(admitted_at, INTERVAL IFNULL(priority, 0) SECOND) AS turn, IFNULL(slots, 1) AS slots, concurrency_key, concurrency_limit, position
        FROM (
          SELECT slot.*, position
          FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
          JOIN (
            SELECT run_id FROM UNNEST(active_runs)
            EXCEPT DISTINCT
            SELECT run_id FROM UNNEST(withdrawn)
          ) AS kept ON kept.run_id = slot.run_id
        )
        WHERE queued_until > p_now
          ) AS waiting
          LEFT JOIN (
            SELECT concurrency_key, COUNT(*) AS runs
            FROM (
          SELECT slot.*, position
          FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
          JOIN (
            SELECT run_id FROM UNNEST(active_runs)
            EXCEPT DISTINCT
            SELECT run_id FROM UNNEST(withdrawn)
          ) AS kept ON kept.run_id = slot.run_id
        )
            WHERE concurrency_key IS NOT NULL AND lease_expires_at > p_now AND queued_until IS NULL
            GROUP BY concurrency_key
          ) AS same_key ON same_key.concurrency_key = waiting.concurrency_key
          WHERE waiting.slots <= most
        )
        WHERE concurrency_key IS NULL OR place_in_key <= concurrency_limit
      )
      -- Each takes at least one.
      WHERE place <= room
    )
    WHERE slots_up_to <= room)
    ) AS starting
  FROM (
    SELECT
      *,
      IF(may_start, most - (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL) + (
      SELECT IFNULL(SUM(IFNULL(slot.slots, 1)), 0)
      FROM UNNEST(active_runs) AS slot
      JOIN (SELECT run_id FROM UNNEST(withdrawn)) AS outcome ON outcome.run_id = slot.run_id
      WHERE slot.lease_expires_at > p_now AND slot.queued_until IS NULL), 0) AS room
    FROM (
      SELECT
        active_runs,
        IFNULL(max_concurrent_pipelines, p_unlimited) AS most,
        is_active AND (
          max_bytes_billed_per_month IS NULL
          OR IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, IFNULL(bytes_billed_this_month, 0))
            < max_bytes_billed_per_month) AS may_start,
        ARRAY(
          SELECT AS STRUCT asked.run_id
          FROM (SELECT DISTINCT run_id FROM UNNEST(p_run_ids) AS run_id) AS asked
          LEFT JOIN (
            SELECT run_id
            FROM UNNEST(active_runs)
            WHERE admitted_at <= confirmed_until OR handed_on_at IS NOT NULL
            UNION ALL
            SELECT run_id FROM UNNEST(settled_runs)
          ) AS begun ON begun.run_id = asked.run_id
          WHERE begun.run_id IS NULL
        ) AS withdrawn
      FROM tenants
      WHERE tenant_id = p_tenant_id
    )
  )
) AS queue
WHERE tenant.tenant_id = p_tenant_id AND ARRAY_LENGTH(queue.withdrawn) > 0;

SELECT
  ARRAY(
    SELECT run_id
    FROM UNNEST(withdrawn_runs)
    WHERE run_id IN UNNEST(p_run_ids) AND run_id NOT IN UNNEST(ARRAY(SELECT run_id FROM UNNEST(settled_runs)))
    ORDER BY run_id
  ) AS withdrawn,
  ARRAY(
    SELECT DISTINCT run_id
    FROM pipeline_runs
    WHERE run_id IN UNNEST(p_run_ids) AND admitted_at >= TIMESTAMP_SUB(p_now, INTERVAL 1 DAY)
    ORDER BY run_id) AS finished,
  ARRAY(
    SELECT AS STRUCT run_id, pipeline
    FROM UNNEST(active_runs) WITH OFFSET AS position
    WHERE handed_on_at >= p_handed_since
    ORDER BY position
  ) AS handed_on
FROM tenants
WHERE tenant_id = p_tenant_id;
