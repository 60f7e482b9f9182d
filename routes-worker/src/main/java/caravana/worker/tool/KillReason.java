package caravana.worker.tool;

/** Why all tools of a job were killed. Only the first reason is kept, except {@link #BESIDE_FAILED}. */
public enum KillReason {
    /** The row no longer has the job's claim. */
    CLAIM_LOST,
    /** A step that ran at the same time has failed. Later steps of the job may run tools again. */
    BESIDE_FAILED,
    /** A mistake in the routes prevents the renewal of the job's lease. */
    UNRENEWED,
    /** The worker stops. */
    SHUTDOWN
}
