/** A pipeline with a watermark: the changes of a day's orders are logged, and merged into what all orders have come to. */
export const orderChanges = `
description: The changes of a day's orders, and what all orders have come to.
sources: ['gs://orders/']
parameters:
  day: { type: DATE, required: true, description: The day of the file. }
  source_uri: { type: STRING, required: true, description: The file of the day's changes. }
watermark: { type: TIMESTAMP, initial: '1970-01-01T00:00:00Z', sql: SELECT MAX(changed_at) FROM order_log }
steps:
  - id: load
    type: load
    source_uri_parameter: source_uri
    format: CSV
    schema:
      - { name: day, type: DATE }
      - { name: order_id, type: INT64 }
      - { name: status, type: STRING }
      - { name: amount, type: NUMERIC }
      - { name: changed_at, type: TIMESTAMP }
    destination:
      table: order_log
      partition: day
      time_partitioning: { field: day }
      write_disposition: WRITE_TRUNCATE
  - id: merge
    type: query
    needs: [load]
    sql: |
      SELECT order_id, status, amount, changed_at FROM order_log
      WHERE changed_at > @watermark
      QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1
    destination: { table: order_states, write_disposition: MERGE, merge_keys: [order_id] }
  - id: check
    type: quality
    needs: [merge]
    table: order_states
    checks: [{ name: each_order_once, type: unique, columns: [order_id] }]
`;

/** The changes of a day: some orders are new, some change again; each change at a moment of its own. */
export function changesOf(day: number): readonly string[] {
  const date = `2026-03-0${day}`;
  return Array.from({ length: 150 }, (_, index) => {
    const order = (index * 37 + day * 61) % (40 * day + 20);
    const status = ['placed', 'paid', 'sent', 'returned'][(index + day) % 4];
    const moment = `${date} ${String(Math.floor(index / 10)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}:00.${String(index).padStart(6, '0')}Z`;
    return `${date},${order},${status},${(index * 1.25).toFixed(2)},${moment}`;
  });
}

const columns = 'order_id, status, CAST(amount AS STRING) AS amount, changed_at';

export const ordersNow = `SELECT ${columns} FROM order_states ORDER BY order_id`;

/** What the table of orders is, made anew from all changes. */
export const ordersAnew = `SELECT ${columns} FROM order_log
  QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1 ORDER BY order_id`;
