package caravana.measure;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parts of a job's duration, from its claim to its commit. */
public final class Phases {

    /** What came before the claim; the workers may have been paused. */
    private static final String QUEUE = "queue";

    private Phases() {}

    /**
     * Milliseconds by phase, in their order.
     *
     * @param phases the {@code phase_ms} of a video
     */
    public static Map<String, Long> of(JsonNode phases) {
        Map<String, Long> millis = new LinkedHashMap<>();
        phases.properties()
                .forEach(phase -> millis.put(phase.getKey(), phase.getValue().asLong()));
        millis.remove(QUEUE);
        return millis;
    }

    /**
     * Milliseconds of all phases together.
     *
     * @param video what web says of a processed video
     */
    public static long total(JsonNode video) {
        return of(video.path("phase_ms")).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
