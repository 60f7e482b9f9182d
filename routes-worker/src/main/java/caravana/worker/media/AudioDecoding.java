package caravana.worker.media;

import caravana.worker.exec.ToolCommand;
import java.util.HashMap;
import java.util.Map;

/**
 * A run of ffprobe that decodes the beginning of each audio track, and its result. It is needed because ffmpeg may know
 * a codec, but not be able to decode this variant of it, or the track may be encrypted.
 */
public final class AudioDecoding {

    static final String ENTRIES = "packet=stream_index:frame=stream_index";

    private final Map<Integer, Integer> packets = new HashMap<>();
    private final Map<Integer, Integer> frames = new HashMap<>();
    private ToolCommand command;

    AudioDecoding() {}

    void setCommand(ToolCommand command) {
        this.command = command;
    }

    /** Returns the run. */
    public ToolCommand getCommand() {
        return command;
    }

    /** Processes one line of ffprobe's {@code csv} output: {@code packet,1} or {@code frame,1}. */
    void add(String line) {
        String[] fields = line.split(",");
        if (fields.length > 1 && fields[1].matches("\\d{1,6}")) {
            (fields[0].equals("frame") ? frames : packets).merge(Integer.valueOf(fields[1]), 1, Integer::sum);
        }
    }

    /**
     * Returns whether packets of the track were read, or could not be read, and none could be decoded. False for a
     * track that begins later than the others, of which nothing is known.
     */
    boolean failed(Track track) {
        boolean reached = packets.isEmpty() || packets.containsKey(track.index());
        return reached && !frames.containsKey(track.index());
    }
}
