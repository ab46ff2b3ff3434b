/** The times by which the sidecar judges, in milliseconds. README states the detection time that follows from them. */

/** So long a silent Temporal changes no verdict. */
export const graceMs = 30_000;

/** A poller's entry is younger than this while it polls: long polls last 60 s (59.0 s at most were measured). */
export const freshMs = 75_000;

/** One long poll: so long after a reconnect an empty list of pollers says nothing, because a restarted server forgot them. */
export const pollPeriodMs = 60_000;

/** A worker that was started so long ago should have polled. */
export const firstPollMs = 120_000;

/** An apply brings several objects, one after the other: so long a missing one is on its way. */
export const settleMs = 30_000;

/** By how much the clocks of nodes and of Temporal may differ. */
export const clockSkewMs = 2_000;
