// Made of schemas/openapi.json: `npm run schema` writes this file.

export type Schedule = {
  readonly schedule_id: string;
  /** Names its version: sent as If-Match, a change that comes too late is refused. */
  readonly etag: string;
  readonly pipeline: string;
  /** As they were given, with {{ }}. */
  readonly parameters: { readonly [name: string]: unknown };
  readonly cron: string | null;
  readonly interval_seconds: number | null;
  /** From which intervals count. null: it has a cron expression. */
  readonly anchor: string | null;
  readonly time_zone: string;
  readonly missed: 'skip' | 'last' | 'all';
  readonly overlap: 'skip' | 'allow';
  readonly window_seconds: number;
  readonly description: string | null;
  /** paused by its owner, or disabled because its tenant was not there any more. */
  readonly state: 'active' | 'paused' | 'disabled';
  /** Why it is disabled. */
  readonly reason: string | null;
  /** The next five. None: it is paused or disabled. */
  readonly next_times: readonly {
    /** UTC, RFC 3339. */
    readonly planned_at: string;
    /** What clocks show then in its time zone, with their offset. */
    readonly local_time: string;
    /** When its run is started, within the minute after it. */
    readonly starts_at: string;
  }[];
  /** UTC, RFC 3339. */
  readonly created_at: string;
  readonly created_by: string | null;
  /** When its owner changed it last. */
  readonly updated_at: string;
};
export type ScheduleChange = {
  readonly pipeline?: string;
  readonly parameters?: { readonly [name: string]: unknown };
  readonly cron?: string;
  readonly interval_seconds?: number;
  readonly anchor?: string;
  readonly time_zone?: string;
  readonly missed?: 'skip' | 'last' | 'all';
  readonly overlap?: 'skip' | 'allow';
  readonly window_seconds?: number;
  readonly description?: string | null;
};
export type ScheduleHistory = {
  readonly times: readonly {
    /** UTC, RFC 3339. */
    readonly planned_at: string;
    /** started; refused, as any caller would have been; skipped, because its run before was in flight; missed: it could not be started in time. */
    readonly outcome: 'started' | 'refused' | 'skipped' | 'missed';
    /** The run that was started, or that was in flight. */
    readonly run_id: string | null;
    /** Of a refusal, such as monthly_quota_exceeded. */
    readonly code: string | null;
    /** Of a refusal: what a caller would have been told. */
    readonly detail: string | null;
    /** Those after this time and before planned_at were missed as well, and are not listed. */
    readonly missed_since: string | null;
    /** UTC, RFC 3339. */
    readonly recorded_at: string;
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type ScheduleList = {
  readonly schedules: readonly {
    readonly schedule_id: string;
    /** Names its version: sent as If-Match, a change that comes too late is refused. */
    readonly etag: string;
    readonly pipeline: string;
    /** As they were given, with {{ }}. */
    readonly parameters: { readonly [name: string]: unknown };
    readonly cron: string | null;
    readonly interval_seconds: number | null;
    /** From which intervals count. null: it has a cron expression. */
    readonly anchor: string | null;
    readonly time_zone: string;
    readonly missed: 'skip' | 'last' | 'all';
    readonly overlap: 'skip' | 'allow';
    readonly window_seconds: number;
    readonly description: string | null;
    /** paused by its owner, or disabled because its tenant was not there any more. */
    readonly state: 'active' | 'paused' | 'disabled';
    /** Why it is disabled. */
    readonly reason: string | null;
    /** The next five. None: it is paused or disabled. */
    readonly next_times: readonly {
      /** UTC, RFC 3339. */
      readonly planned_at: string;
      /** What clocks show then in its time zone, with their offset. */
      readonly local_time: string;
      /** When its run is started, within the minute after it. */
      readonly starts_at: string;
    }[];
    /** UTC, RFC 3339. */
    readonly created_at: string;
    readonly created_by: string | null;
    /** When its owner changed it last. */
    readonly updated_at: string;
  }[];
};
export type ScheduleRequest = {
  readonly pipeline: string;
  readonly parameters?: { readonly [name: string]: unknown };
  readonly cron?: string;
  readonly interval_seconds?: number;
  readonly anchor?: string;
  readonly time_zone?: string;
  readonly missed?: 'skip' | 'last' | 'all';
  readonly overlap?: 'skip' | 'allow';
  readonly window_seconds?: number;
  readonly description?: string;
};
export interface SchedulesOperations {
  /** Has runs of a pipeline started at planned times. */
  readonly makeSchedule: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: ScheduleRequest;
    readonly answer: Schedule;
  };
  /** The tenant’s schedules, oldest first, each with its next five times. */
  readonly listSchedules: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: ScheduleList;
  };
  /** A schedule, with its next five times. */
  readonly showSchedule: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a schedule, as the list of schedules has it. */
      readonly schedule_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Schedule;
  };
  /** Changes a schedule. */
  readonly changeSchedule: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a schedule, as the list of schedules has it. */
      readonly schedule_id: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** ETags of earlier answers: where somebody has changed it since, nothing is done. */
      readonly 'If-Match'?: string;
    };
    readonly body: ScheduleChange;
    readonly answer: Schedule;
  };
  /** Removes a schedule. */
  readonly deleteSchedule: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a schedule, as the list of schedules has it. */
      readonly schedule_id: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** ETags of earlier answers: where somebody has changed it since, nothing is done. */
      readonly 'If-Match'?: string;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Has no runs started until it goes on. */
  readonly pauseSchedule: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a schedule, as the list of schedules has it. */
      readonly schedule_id: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** ETags of earlier answers: where somebody has changed it since, nothing is done. */
      readonly 'If-Match'?: string;
    };
    readonly body: undefined;
    readonly answer: Schedule;
  };
  /** Lets a schedule go on that is paused or disabled. */
  readonly resumeSchedule: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a schedule, as the list of schedules has it. */
      readonly schedule_id: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** ETags of earlier answers: where somebody has changed it since, nothing is done. */
      readonly 'If-Match'?: string;
    };
    readonly body: undefined;
    readonly answer: Schedule;
  };
  /** What became of each planned time, youngest first, page by page. */
  readonly showScheduleHistory: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a schedule, as the list of schedules has it. */
      readonly schedule_id: string;
    };
    readonly query: {
      /** From this time on. */
      readonly from?: string;
      /** Before this time. */
      readonly to?: string;
      /** Times that ended so. */
      readonly outcome?: 'started' | 'refused' | 'skipped' | 'missed';
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: ScheduleHistory;
  };
}
