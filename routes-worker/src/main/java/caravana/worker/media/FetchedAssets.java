package caravana.worker.media;

import caravana.checks.TransformationEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The assets of a job while they are downloaded to its folder. */
public final class FetchedAssets {

    /**
     * An asset.
     *
     * @param id id of the asset
     * @param mediaType media type of the asset
     * @param key key of its object
     */
    public record File(String id, String mediaType, String key) {

        /** Returns the asset's file name in the job's folder. */
        public String fileName() {
            return FetchedAssets.fileName(id, mediaType);
        }
    }

    private final List<String> ids;
    private final List<File> files = new ArrayList<>();
    private final Deque<File> pictures = new ArrayDeque<>();

    FetchedAssets(List<String> ids) {
        this.ids = List.copyOf(ids);
    }

    static String fileName(String id, String mediaType) {
        return "asset-" + id + "." + mediaType.replaceFirst(".*[/-]", "").replaceFirst("\\+.*", "");
    }

    void add(String id, String mediaType, String key) {
        File file = new File(id, mediaType, key);
        files.add(file);
        if (TransformationEntry.PICTURES.contains(mediaType)) {
            pictures.add(file);
        }
    }

    /** Returns the ids of the assets. */
    public List<String> getIds() {
        return ids;
    }

    /** Returns whether the job needs any asset. */
    public boolean isWanted() {
        return !ids.isEmpty();
    }

    /** Returns the assets that were found. */
    public List<File> getFiles() {
        return List.copyOf(files);
    }

    /** Returns whether a picture is not decoded yet. */
    public boolean isOpen() {
        return !pictures.isEmpty();
    }

    File takePicture() {
        return pictures.remove();
    }
}
