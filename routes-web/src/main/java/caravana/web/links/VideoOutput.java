package caravana.web.links;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;

/**
 * One file of a video's result, as its row describes it.
 *
 * @param name of the file, unique among the files of the video
 * @param role purpose of the file, such as {@code video} or {@code poster}
 * @param mediaType media type of the file
 * @param key of the object in S3
 * @param bytes size of the file; null if a worker of an older version made it
 * @param width width of the picture in pixels; null as for bytes, and for sound
 * @param height height of the picture in pixels; null as for width
 * @param seconds length; null as for bytes, and for a picture
 * @param language language as a BCP 47 tag; null if unknown, and for most roles
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

    /** Reads the outputs of a row of {@code find-own-video.sql} or {@code watch-videos.sql}, the main video first. */
    public static List<VideoOutput> of(Map<String, Object> row) {
        String outputs = (String) row.get("outputs");
        try {
            return outputs == null ? List.of() : List.of(JSON.readValue(outputs, VideoOutput[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The row's outputs cannot be read", e);
        }
    }
}
