package caravana.web.events;

import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** A video that a round of {@link VideoEvents} has found. */
final class FoundVideo implements Found {

    private static final Set<String> FORECAST = Set.of("ready_from", "ready_by");

    /** How long a document is reused, in nanoseconds. The links in it are valid for much longer. */
    private static final long REUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private final Map<String, Object> row;
    private final Map<String, String> progress;
    private final boolean replay;

    /** The last document, reused for other streams that get the same state. */
    private volatile Document document;

    private record Document(byte[] json, long made) {}

    /**
     * @param row a row of {@code watch-videos.sql}
     * @param progress the last progress that the worker has written to Redis; null when no worker processes the
     *     video
     * @param replay whether the state is not new, and was found only for clients that reconnect
     */
    FoundVideo(Map<String, Object> row, Map<String, String> progress, boolean replay) {
        this.row = row;
        this.progress = progress;
        this.replay = replay;
    }

    /** Returns the state of a video that no longer exists. */
    static FoundVideo gone(String id) {
        return new FoundVideo(Map.of("video_id", id, "status", "deleting"), null, false);
    }

    @Override
    public String id() {
        return (String) row.get("video_id");
    }

    @Override
    public String owner() {
        return (String) row.get("owner_id");
    }

    @Override
    public boolean isReplay() {
        return replay;
    }

    private boolean isDeleted() {
        return is("deleting");
    }

    @Override
    public boolean isUnfinished() {
        return is("uploaded") || is("processing");
    }

    private boolean is(String status) {
        return status.equals(row.get("status"));
    }

    @Override
    public String event() {
        return isDeleted() ? "deleted" : "video";
    }

    @Override
    public byte[] json(VideoDocument documents, ObjectMapper mapper) throws IOException {
        Document last = document;
        if (last == null || System.nanoTime() - last.made() > REUSE_NANOS) {
            last = new Document(mapper.writeValueAsBytes(content(documents)), System.nanoTime());
            document = last;
        }
        return last.json();
    }

    private Map<String, Object> content(VideoDocument documents) throws JsonProcessingException {
        return isDeleted() ? Map.of("video_id", id()) : documents.detail(row, progress);
    }

    /**
     * Returns whether clients know this state. The estimated time of completion is ignored: it is sent only together
     * with other changes.
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof FoundVideo video
                && withoutForecast().equals(video.withoutForecast())
                && Objects.equals(progress, video.progress);
    }

    private Map<String, Object> withoutForecast() {
        Map<String, Object> known = new HashMap<>(row);
        known.keySet().removeAll(FORECAST);
        return known;
    }

    @Override
    public int hashCode() {
        return id().hashCode();
    }
}
