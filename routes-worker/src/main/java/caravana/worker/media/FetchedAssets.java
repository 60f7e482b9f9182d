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
     * An asset.
     *
     * @param id id of the asset
     * @param name name that its owner gave it
     * @param mediaType media type of the asset
     * @param key key of its object
     */
    public record File(String id, String name, String mediaType, String key) {

        /** Returns the asset's file name in the job's folder. */
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

    /** Returns the ids of the assets. */
    public List<String> getIds() {
        return List.copyOf(users.keySet());
    }

    /** Returns whether the job needs any asset. */
    public boolean isWanted() {
        return !users.isEmpty();
    }

    /** Returns the assets that were found. */
    public List<File> getFiles() {
        return List.copyOf(files);
    }

    /** Returns the id of an asset that was not found; null when all were found. */
    String missing() {
        return users.keySet().stream()
                .filter(id -> files.stream().noneMatch(file -> file.id().equals(id)))
                .findFirst()
                .orElse(null);
    }

    /** Returns the name of a transformation that needs an asset. */
    String userOf(String id) {
        return users.get(id);
    }

    /** Returns whether a picture is not decoded yet. */
    public boolean isOpen() {
        return !pictures.isEmpty();
    }

    File takePicture() {
        return pictures.remove();
    }
}
