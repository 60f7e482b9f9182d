package caravana.web.links;

import caravana.web.http.Problem;
import java.util.Map;
import java.util.Set;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Leads command-line clients, which do not read the detail, to a video's objects. */
@Component("objectLink")
public class ObjectLink {

    private static final Set<String> UNFINISHED = Set.of("uploaded", "processing");

    private final PresignedLinks links;

    ObjectLink(PresignedLinks links) {
        this.links = links;
    }

    /**
     * The address of an object.
     *
     * @param row the video's row
     * @param object {@code original}, {@code processed} or {@code poster}
     * @throws Problem 409 {@code not_available} when there is none, or not yet
     */
    public String to(@ExchangeProperty("row") Map<String, Object> row, @ExchangeProperty("object") String object) {
        String link =
                switch (object) {
                    case "original" -> links.original(row);
                    case "processed" -> links.processed(row);
                    case "poster" -> links.poster(row);
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

    /** @throws Problem always: 410 {@code expired} */
    public void expired() {
        throw new Problem(410, "expired", "The file is no longer kept.");
    }
}
