package caravana.worker.media;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Colour tags of a track, by ffmpeg's names; {@code unknown} for a missing tag.
 *
 * @param range {@code tv} or {@code pc}
 * @param matrix conversion between RGB and YUV; {@code gbr} for RGB
 * @param transfer transfer function
 * @param primaries colour primaries
 */
public record Colour(String range, String matrix, String transfer, String primaries) {

    private static final String UNKNOWN = "unknown";

    /** Transfer functions of HDR, by ffmpeg's names. */
    private static final Map<String, String> HDR = Map.of("smpte2084", "pq", "arib-std-b67", "hlg");

    static Colour read(JsonNode stream) {
        return new Colour(
                stream.path("color_range").asText(UNKNOWN),
                stream.path("color_space").asText(UNKNOWN),
                stream.path("color_transfer").asText(UNKNOWN),
                stream.path("color_primaries").asText(UNKNOWN));
    }

    /** Returns the kind of HDR, {@code pq} or {@code hlg}; null for SDR. */
    String hdr() {
        return HDR.get(transfer);
    }

    @Override
    public String toString() {
        return String.join("/", range, matrix, transfer, primaries);
    }
}
