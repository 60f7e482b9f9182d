package caravana.web.links;

import caravana.web.http.Problem;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Redirects to an object of a video, for command-line clients that do not read the video's links. */
@Component("objectLink")
public class ObjectLink {

    private static final Set<String> UNFINISHED = Set.of("uploaded", "processing");

    private final PresignedLinks links;
    private final PlaybackLinks playback;

    ObjectLink(PresignedLinks links, PlaybackLinks playback) {
        this.links = links;
        this.playback = playback;
    }

    /**
     * An object and a link to it.
     *
     * @param key key of the object
     * @param url link that is valid for 15 minutes
     */
    public record Link(String key, String url) {}

    /**
     * Returns a link to an object of a video.
     *
     * @param row the video's row
     * @param object {@code original}, {@code processed}, {@code poster} or {@code output}
     * @param name of the output; ignored for other objects
     * @throws Problem 409 {@code not_available} when the object does not exist, or not yet; 404 {@code not_found}
     *     when the video has no output of that name
     */
    public Link to(
            @ExchangeProperty("row") Map<String, Object> row,
            @ExchangeProperty("object") String object,
            @ExchangeProperty("output_name") String name) {
        Link link =
                switch (object) {
                    case "original" -> link(row, "original_key", links.original(row));
                    case "processed" -> link(row, "processed_key", links.processed(row));
                    case "poster" -> link(row, "poster_key", links.poster(row));
                    case "output" -> output(row, name);
                    default -> throw new IllegalArgumentException(object);
                };
        if (link == null) {
            throw new Problem(
                    409,
                    "not_available",
                    "The video is " + row.get("status") + ", and has no " + object + " file"
                            + (UNFINISHED.contains(row.get("status")) ? " yet." : "."));
        }
        return link;
    }

    private static Link link(Map<String, Object> row, String key, String url) {
        return url == null ? null : new Link((String) row.get(key), url);
    }

    /** Returns null when the video has no outputs. */
    private Link output(Map<String, Object> row, String name) {
        List<VideoOutput> outputs = VideoOutput.of(row);
        if (outputs.isEmpty()) {
            return null;
        }
        VideoOutput output = find(name, outputs);
        if (PlaybackLinks.isStream(output)) {
            // Segments are kept as long as the video.
            return new Link((String) row.get("processed_key"), playback.require(row));
        }
        return new Link(output.key(), links.output(row, output));
    }

    private static VideoOutput find(String name, List<VideoOutput> outputs) {
        return outputs.stream()
                .filter(output -> output.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Problem(
                        404,
                        "not_found",
                        "The video has no output " + name + "; it has "
                                + outputs.stream().map(VideoOutput::name).collect(Collectors.joining(", ")) + "."));
    }

    /** @throws Problem always: 410 {@code expired} */
    public void expired() {
        throw notKept();
    }

    /** Returns 410 {@code expired}. */
    public static Problem notKept() {
        return new Problem(
                410,
                "expired",
                "The file was removed after its retention time. GET /api/limits shows how long files " + "are kept.");
    }
}
