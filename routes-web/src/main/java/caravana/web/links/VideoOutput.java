package caravana.web.links;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;

/**
 * A file of a video's result, as its row names it.
 *
 * @param name of the file, its own among those of the video
 * @param role what it is for, such as {@code video} or {@code poster}
 * @param mediaType its media type
 * @param key of its object
 * @param bytes its size; null when a worker of an older version has not said it
 * @param width of the picture in pixels; null as for bytes, and of sound
 * @param height of the picture in pixels; null as for width
 * @param seconds its length; null as for bytes, and of a picture
 * @param language in which it is, as BCP 47 has it; null where that is not known, and for most roles
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonNaming(SnakeCaseStrategy.class)
public record VideoOutput(
        String name,
        String role,
        String mediaType,
        String key,
        Long bytes,
        Integer width,
        Integer height,
        Double seconds,
        String language) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Those that a row of {@code find-own-video.sql} or {@code watch-videos.sql} names, the main video first. */
    public static List<VideoOutput> of(Map<String, Object> row) {
        String outputs = (String) row.get("outputs");
        try {
            return outputs == null ? List.of() : List.of(JSON.readValue(outputs, VideoOutput[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The row's outputs cannot be read", e);
        }
    }
}
