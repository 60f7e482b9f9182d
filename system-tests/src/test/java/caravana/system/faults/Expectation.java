package caravana.system.faults;

/** What must become of an accepted upload. */
public enum Expectation {
    /** A good video; the stub processes it. */
    PROCESSED,
    /** A good video; the real ffmpeg processes it. */
    PROCESSED_BY_FFMPEG,
    /** A good long video; the real ffmpeg processes it in parts, on any worker that has nothing due. */
    PROCESSED_IN_PARTS,
    /** No video at all: refused at the first attempt. */
    REJECTED,
    /** Its tool dies at every attempt: fails permanently after the last. */
    GIVEN_UP,
    /** Its tool dies at every attempt until the cause is fixed and its dead letter is redriven. */
    HEALED,
    /** Cancelled by its owner while it waits or runs. */
    CANCELLED,
    /** The same, or processed by then, and then processed again. */
    PROCESSED_AGAIN,
    /** Deleted by its owner while it waits or runs. */
    GONE
}
