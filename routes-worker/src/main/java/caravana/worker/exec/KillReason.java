package caravana.worker.exec;

/** Why a running tool was killed. The first reason given stands. */
public enum KillReason {
    /** The row no longer carries the job's claim. */
    CLAIM_LOST,
    /** It ran longer than its limit. */
    TIME_LIMIT,
    /** Its output did not move for the stall limit. */
    STALLED,
    /** The worker stops. */
    SHUTDOWN
}
