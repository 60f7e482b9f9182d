package caravana.worker.tool;

/**
 * The last report of ffmpeg through {@code -progress}.
 *
 * @param frame frames written
 * @param outTimeSeconds length of the result so far, in seconds
 * @param totalBytes size of the result so far
 * @param fps frames per second of elapsed time
 * @param speed seconds of media per second of elapsed time; 0 while unknown
 */
public record ToolProgress(long frame, double outTimeSeconds, long totalBytes, double fps, double speed) {

    /**
     * Returns whether something was written since {@code before}. A stalled ffmpeg continues to print the same values.
     */
    public boolean hasMovedSince(ToolProgress before) {
        return before == null
                || frame != before.frame
                || outTimeSeconds != before.outTimeSeconds
                || totalBytes != before.totalBytes;
    }
}
