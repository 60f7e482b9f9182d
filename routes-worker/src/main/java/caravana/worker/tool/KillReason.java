package caravana.worker.tool;

/** Why a running tool was killed. Only the first reason is kept. */
public enum KillReason {
    /** The row no longer carries the job's claim. */
    CLAIM_LOST,
    /** It ran longer than its limit. */
    TIME_LIMIT,
    /** Neither its output nor its CPU time moved for the stall limit. */
    STALLED,
    /** A mistake in the routes keeps the job's lease from being renewed. */
    UNRENEWED,
    /** The worker stops. */
    SHUTDOWN
}
