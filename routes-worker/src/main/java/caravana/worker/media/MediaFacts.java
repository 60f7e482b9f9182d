package caravana.worker.media;

/**
 * What a probe found out about an original, before any of it was decoded.
 *
 * @param container ffmpeg's name of the container format
 * @param durationSeconds length in seconds
 * @param videoStream index of the stream that is processed
 * @param videoCodec ffmpeg's name of its codec
 * @param width coded width in pixels, before rotation
 * @param height coded height in pixels, before rotation
 * @param hasAudio whether there is an audio stream
 */
public record MediaFacts(
        String container,
        double durationSeconds,
        int videoStream,
        String videoCodec,
        int width,
        int height,
        boolean hasAudio) {}
