import { adminKey } from '../../../support/local-cloud';

type Masked = Readonly<Record<string, unknown>>;

/** What differs from one time to the next is shown as a value of its kind. */
export const maskedText = (text: string): string =>
  text
    .replaceAll(adminKey, '…')
    .replaceAll(
      /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
      '6f1c2d3e-0000-4000-8000-000000000001',
    )
    .replaceAll(/\bop_[0-9a-f-]{36}\b/g, 'op_6f1c2d3e-0000-4000-8000-000000000001')
    .replaceAll(/\bsch_[0-9a-f-]{36}\b/g, 'sch_6f1c2d3e-0000-4000-8000-000000000001')
    .replaceAll(/\d{4}(-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00)/g, '2027$1')
    .replaceAll(/\brun_[0-9a-f]{64}\b/g, `run_${'0f'.repeat(32)}`)
    .replaceAll(/\bkey_[A-Za-z0-9_-]{20,}/g, 'key_0f0f0f0f0f0f0f0f0f0f0f0f')
    .replaceAll(/\bmsg_[\w-]{20,}/g, 'msg_0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f')
    .replaceAll(/\bwhsec_[A-Za-z0-9+/=]{20,}/g, 'whsec_0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f')
    .replaceAll(/\btpt1\.[\w.-]+/g, 'tpt1.0f0f0f0f.0f0f0f0f')
    .replaceAll(/_api_[A-Za-z0-9]{20,}/g, '_api_0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '2026-11-30T12:00:00.000Z')
    .replaceAll(/"(quota_reset_date)":"[^"]+"/g, '"$1":"2026-11-01"')
    .replaceAll(/"(month)":"[^"]+"/g, '"$1":"2026-11"')
    .replaceAll(/"((?:duration|slot)_ms(?:_p50|_p95)?|p(?:50|95)_ms)":\d+/g, '"$1":1200')
    .replaceAll(/"(next_cursor)":"[^"]+"/g, '"$1":"WyIuLi4iXQ"')
    .replaceAll(/"(address)":"[^"]+"/g, '"$1":"203.0.113.7"')
    .replaceAll(/"(request_id)":"[^"]+"/g, '"$1":"0af7651916cd43dd8448eb211c80319c"')
    .replaceAll(/"(last_four)":"[^"]+"/g, '"$1":"0f0f"')
    .replaceAll(/"(last_used_at)":(null|"[^"]+")/g, '"$1":"2026-11-30T12:00:00.000Z"')
    .replaceAll(/"(retry_after_seconds|seconds)":\d+/g, '"$1":60')
    // Of many steps one will do, and what was counted depends on when.
    .replaceAll(/"(points)":\[[^\]]*\]/g, '"$1":[{"at":"2026-11-30T12:00:00.000Z","running":3,"queued":1}]')
    .replaceAll(
      /"(runs_by_hour)":\[[^\]]*\]/g,
      '"$1":[{"hour":"2026-11-30T12:00:00.000Z","completed":41,"failed":2,"cancelled":1}]',
    )
    .replaceAll(/"(by_code)":\[[^\]]*\]/g, '"$1":[{"code":"monthly_quota_exceeded","count":7}]')
    .replaceAll(
      /"(conservation)":null/g,
      '"$1":{"checked_at":"2026-11-30T12:00:00.000Z","tenants":12,"repaired":[]}',
    )
    // A row may hold outcomes that wait for the ledger.
    .replaceAll(/"(bytes)":\d+/g, '"$1":565');

export const masked = (body: unknown): unknown => {
  const shown: Masked = JSON.parse(maskedText(JSON.stringify(body)));
  return shown;
};
