package caravana.worker.media;

import caravana.checks.TransformationEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The assets of a job while they are downloaded to its folder. */
public final class FetchedAssets {

    /**
     * One of them.
     *
     * @param id its id
     * @param name its file's name, as its owner gave it
     * @param mediaType its media type
     * @param key of its object
     */
    public record File(String id, String name, String mediaType, String key) {

        /** Where it is put in the job's folder. */
        public String fileName() {
            return FetchedAssets.fileName(id, mediaType);
        }
    }

    private final Map<String, String> users;
    private final List<File> files = new ArrayList<>();
    private final Deque<File> pictures = new ArrayDeque<>();

    /** @param users for each id, the name of a transformation that needs it */
    FetchedAssets(Map<String, String> users) {
        this.users = new LinkedHashMap<>(users);
    }

    static String fileName(String id, String mediaType) {
        return "asset-" + id + "." + mediaType.replaceFirst(".*[/-]", "").replaceFirst("\\+.*", "");
    }

    void add(String id, String name, String mediaType, String key) {
        File file = new File(id, name, mediaType, key);
        files.add(file);
        if (TransformationEntry.PICTURES.contains(mediaType)) {
            pictures.add(file);
        }
    }

    /** Their ids. */
    public List<String> getIds() {
        return List.copyOf(users.keySet());
    }

    /** Whether there is any. */
    public boolean isWanted() {
        return !users.isEmpty();
    }

    /** Those that were found. */
    public List<File> getFiles() {
        return List.copyOf(files);
    }

    /** The id of one that was not found; null when all were. */
    String missing() {
        return users.keySet().stream()
                .filter(id -> files.stream().noneMatch(file -> file.id().equals(id)))
                .findFirst()
                .orElse(null);
    }

    /** The name of a transformation that needs it. */
    String userOf(String id) {
        return users.get(id);
    }

    /** Whether a picture is not decoded yet. */
    public boolean isOpen() {
        return !pictures.isEmpty();
    }

    File takePicture() {
        return pictures.remove();
    }
}
