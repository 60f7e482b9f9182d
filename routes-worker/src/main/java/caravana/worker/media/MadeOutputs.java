package caravana.worker.media;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The files of a job's result, both those that are checked and those still to be checked. Its JSON has the former. */
public final class MadeOutputs {

    private final List<MadeOutput> files = new ArrayList<>();
    private MadeStream stream;
    private final Deque<PlannedOutput> unchecked = new ArrayDeque<>();

    /** @param main the main video, which was checked already */
    MadeOutputs(MadeOutput main) {
        files.add(main);
    }

    /** Adds a file that was checked. */
    void add(MadeOutput file) {
        files.add(file);
    }

    /** Adds renditions that were checked. */
    void add(MadeOutput output, MadeStream renditions) {
        files.add(output);
        stream = renditions;
    }

    /** Adds a file that a tool must check. */
    void addUnchecked(PlannedOutput file) {
        unchecked.add(file);
    }

    /** Removes and returns the next file that a tool must check; throws when there is none. */
    PlannedOutput takeUnchecked() {
        return unchecked.remove();
    }

    /** Returns the next file that a tool must check; throws when there is none. */
    PlannedOutput nextUnchecked() {
        return unchecked.element();
    }

    /** Returns whether a tool must check another file. */
    public boolean isUnchecked() {
        return !unchecked.isEmpty();
    }

    /** Returns the checked files, the main video first. */
    @JsonValue
    public List<MadeOutput> getFiles() {
        return List.copyOf(files);
    }

    /**
     * Returns the objects that stay invisible until the commit of the result, one for each file. Segments may be
     * visible earlier.
     */
    public List<StoredFile> getUnlisted() {
        return files.stream()
                .filter(output -> output.file() != null)
                .map(output -> new StoredFile(output.name(), output.mediaType(), output.file()))
                .toList();
    }

    /** Returns all objects to store: one for each file, and the segments of renditions that are not stored yet. */
    public List<StoredFile> getObjects() {
        List<StoredFile> objects = new ArrayList<>(getUnlisted());
        if (stream != null) {
            objects.addAll(stream.objects());
        }
        return objects;
    }

    /** Returns the renditions of the video; null when none were requested. */
    public MadeStream getStream() {
        return stream;
    }

    /** Returns the main video, which is the row's result. */
    public MadeOutput getMain() {
        return files.get(0);
    }

    /** Returns the poster; null when none was requested, or when all frames are black. */
    public MadeOutput getPoster() {
        return files.stream()
                .filter(file -> file.role().equals("poster"))
                .findFirst()
                .orElse(null);
    }
}
