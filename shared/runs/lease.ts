/** How long deliveries of a run's message may take beside the run itself: back-off between them, and hand-overs. */
const deliveryAllowanceSeconds = 1_800;

/** A lease outlasts the pipeline's timeout plus its deliveries. In seconds. */
export const leaseSecondsOf = (pipeline: { readonly timeout_seconds: number }): number =>
  pipeline.timeout_seconds + deliveryAllowanceSeconds;
