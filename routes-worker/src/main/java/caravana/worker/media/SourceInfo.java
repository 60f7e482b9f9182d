package caravana.worker.media;

/**
 * The media info of an original: what a probe found out about it, before any of it was decoded.
 *
 * @param container ffmpeg's name of the container format
 * @param bytes its size
 * @param durationSeconds length of the video in seconds
 * @param videoStream index of the stream that is processed
 * @param videoCodec ffmpeg's name of its codec
 * @param width coded width in pixels, before rotation
 * @param height coded height in pixels, before rotation
 * @param frameRate frames a second on average, as a fraction such as {@code 30000/1001}
 * @param hasAudio whether there is an audio stream
 * @param truncated whether it ends before its own description says; known after it was decoded
 */
public record SourceInfo(
        String container,
        long bytes,
        double durationSeconds,
        int videoStream,
        String videoCodec,
        int width,
        int height,
        String frameRate,
        boolean hasAudio,
        boolean truncated) {

    SourceInfo asTruncated() {
        return new SourceInfo(
                container, bytes, durationSeconds, videoStream, videoCodec, width, height, frameRate, hasAudio, true);
    }

    SourceInfo lasting(double seconds) {
        return new SourceInfo(
                container, bytes, seconds, videoStream, videoCodec, width, height, frameRate, hasAudio, truncated);
    }

    /** Returns the average frame rate as a number; 0 when it is unknown. */
    double framesPerSecond() {
        return fraction(frameRate);
    }

    /** Returns the value of ffmpeg's {@code 30000/1001}; 0 for {@code 0/0} and for a text that is not a fraction. */
    static double fraction(String text) {
        try {
            String[] parts = text.split("/");
            double value = Double.parseDouble(parts[0]) / (parts.length > 1 ? Double.parseDouble(parts[1]) : 1);
            return Double.isFinite(value) ? value : 0;
        } catch (NumberFormatException notAFraction) {
            return 0;
        }
    }
}
