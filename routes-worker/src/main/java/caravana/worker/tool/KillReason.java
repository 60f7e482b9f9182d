package caravana.worker.tool;

/** Why a running tool was killed. Only the first reason is kept. */
public enum KillReason {
    /** The row no longer has the job's claim. */
    CLAIM_LOST,
    /** The tool ran longer than its limit. */
    TIME_LIMIT,
    /** Neither the tool's output nor its CPU time changed within the stall limit. */
    STALLED,
    /** A mistake in the routes prevents the renewal of the job's lease. */
    UNRENEWED,
    /** The worker stops. */
    SHUTDOWN
}
