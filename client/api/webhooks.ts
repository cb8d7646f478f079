// Made of schemas/openapi.json: `npm run schema` writes this file.

export type NewWebhook = {
  readonly webhook_id: string;
  /** Names its version: sent as If-Match, a change that comes too late is refused. */
  readonly etag: string;
  readonly url: string;
  /** None: all events of the tenant. */
  readonly event_types: readonly string[];
  readonly description: string | null;
  /** paused by its owner, or disabled because its endpoint takes no events. */
  readonly state: 'active' | 'paused' | 'disabled';
  /** Why it is disabled. */
  readonly reason: string | null;
  /** null: the last delivery did not fail, as far as it was noted. */
  readonly failing_since: string | null;
  readonly secret_version: number;
  /** Until then the secret before this one signs as well. */
  readonly previous_secret_until: string | null;
  /** UTC, RFC 3339. */
  readonly created_at: string;
  readonly created_by: string | null;
  /** UTC, RFC 3339. */
  readonly updated_at: string;
  /** Of its signatures: whsec_…. Shown once, here. */
  readonly secret: string;
};
export type Redelivery = {
  readonly webhook_id: string;
  readonly delivery_id: string;
};
export type SecretRotation = {
  readonly overlap_seconds?: number;
};
export type Webhook = {
  readonly webhook_id: string;
  /** Names its version: sent as If-Match, a change that comes too late is refused. */
  readonly etag: string;
  readonly url: string;
  /** None: all events of the tenant. */
  readonly event_types: readonly string[];
  readonly description: string | null;
  /** paused by its owner, or disabled because its endpoint takes no events. */
  readonly state: 'active' | 'paused' | 'disabled';
  /** Why it is disabled. */
  readonly reason: string | null;
  /** null: the last delivery did not fail, as far as it was noted. */
  readonly failing_since: string | null;
  readonly secret_version: number;
  /** Until then the secret before this one signs as well. */
  readonly previous_secret_until: string | null;
  /** UTC, RFC 3339. */
  readonly created_at: string;
  readonly created_by: string | null;
  /** UTC, RFC 3339. */
  readonly updated_at: string;
};
export type WebhookChange = {
  readonly url?: string;
  readonly event_types?: readonly (
    | 'tenant.onboarded'
    | 'tenant.suspended'
    | 'tenant.activated'
    | 'tenant.offboarded'
    | 'quota.threshold'
    | 'quota.changed'
    | 'run.settled'
    | 'api_key.created'
    | 'api_key.expiring'
    | 'api_key.revoked'
    | 'webhook.disabled'
  )[];
  readonly description?: string | null;
  readonly state?: 'active' | 'paused';
};
export type WebhookDeliveries = {
  readonly attempts: readonly {
    /** What its receiver gets as webhook-id: the same in each attempt. */
    readonly delivery_id: string;
    readonly event_id: string;
    readonly event_type: string;
    /** Of this delivery, as far as they are within the times asked for. */
    readonly attempt: number;
    /** UTC, RFC 3339. */
    readonly attempted_at: string;
    readonly duration_ms: number;
    /** Of the answer. null: there was none. */
    readonly status: number | null;
    /** bad_status, redirected, gone, timed_out, refused_address, unreachable, or, where it was not posted, paused or disabled, as the webhook was. null: it was delivered. */
    readonly failure: string | null;
    /** How its body begins. */
    readonly answer: string | null;
    /** retrying: another attempt follows. */
    readonly outcome: 'delivered' | 'retrying' | 'given_up';
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type WebhookList = {
  readonly webhooks: readonly {
    readonly webhook_id: string;
    /** Names its version: sent as If-Match, a change that comes too late is refused. */
    readonly etag: string;
    readonly url: string;
    /** None: all events of the tenant. */
    readonly event_types: readonly string[];
    readonly description: string | null;
    /** paused by its owner, or disabled because its endpoint takes no events. */
    readonly state: 'active' | 'paused' | 'disabled';
    /** Why it is disabled. */
    readonly reason: string | null;
    /** null: the last delivery did not fail, as far as it was noted. */
    readonly failing_since: string | null;
    readonly secret_version: number;
    /** Until then the secret before this one signs as well. */
    readonly previous_secret_until: string | null;
    /** UTC, RFC 3339. */
    readonly created_at: string;
    readonly created_by: string | null;
    /** UTC, RFC 3339. */
    readonly updated_at: string;
  }[];
};
export type WebhookRequest = {
  readonly url: string;
  readonly event_types?: readonly (
    | 'tenant.onboarded'
    | 'tenant.suspended'
    | 'tenant.activated'
    | 'tenant.offboarded'
    | 'quota.threshold'
    | 'quota.changed'
    | 'run.settled'
    | 'api_key.created'
    | 'api_key.expiring'
    | 'api_key.revoked'
    | 'webhook.disabled'
  )[];
  readonly description?: string;
};
export type WebhookSecret = {
  readonly webhook_id: string;
  /** Shown once, here. */
  readonly secret: string;
  readonly secret_version: number;
  /** Until then the old secret signs as well. */
  readonly previous_secret_until: string;
};
export type WebhookTest = {
  readonly webhook_id: string;
  /** What its receiver gets as webhook-id. */
  readonly delivery_id: string;
  readonly event_id: string;
};
export interface WebhooksOperations {
  /** Lets the tenant’s events be posted to an address. */
  readonly makeWebhook: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: WebhookRequest;
    readonly answer: NewWebhook;
  };
  /** The tenant’s webhooks, oldest first, without secrets. */
  readonly listWebhooks: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: WebhookList;
  };
  /** A webhook, and whether it is well. */
  readonly showWebhook: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a webhook, as the list of webhooks has it. */
      readonly webhook_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Webhook;
  };
  /** Changes address, event types or description, pauses it, or lets it go on. */
  readonly changeWebhook: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a webhook, as the list of webhooks has it. */
      readonly webhook_id: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** ETags of earlier answers: where somebody has changed it since, nothing is done. */
      readonly 'If-Match'?: string;
    };
    readonly body: WebhookChange;
    readonly answer: Webhook;
  };
  /** Removes a webhook. */
  readonly deleteWebhook: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a webhook, as the list of webhooks has it. */
      readonly webhook_id: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** ETags of earlier answers: where somebody has changed it since, nothing is done. */
      readonly 'If-Match'?: string;
    };
    readonly body: undefined;
    readonly answer: undefined;
  };
  /** Posts an event of type webhook.test to it. */
  readonly testWebhook: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a webhook, as the list of webhooks has it. */
      readonly webhook_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: WebhookTest;
  };
  /** Makes a new secret; the old one signs beside it for a while. */
  readonly rotateWebhookSecret: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a webhook, as the list of webhooks has it. */
      readonly webhook_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: SecretRotation | undefined;
    readonly answer: WebhookSecret;
  };
  /** What became of each attempt to deliver, youngest first, page by page. */
  readonly listWebhookDeliveries: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a webhook, as the list of webhooks has it. */
      readonly webhook_id: string;
    };
    readonly query: {
      /** From this time on. */
      readonly from?: string;
      /** Before this time. */
      readonly to?: string;
      /** Attempts that ended so. */
      readonly outcome?: 'delivered' | 'retrying' | 'given_up';
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: WebhookDeliveries;
  };
  /** Delivers an event again, under the same webhook-id. */
  readonly redeliver: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a webhook, as the list of webhooks has it. */
      readonly webhook_id: string;
      /** The id of a delivery, as the list of deliveries and its receiver have it. */
      readonly delivery_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Redelivery;
  };
}
