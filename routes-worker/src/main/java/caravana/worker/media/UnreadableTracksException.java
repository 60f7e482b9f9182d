package caravana.worker.media;

import caravana.media.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * ffprobe prints nothing about a file, because a decoder refuses to start with one of its audio tracks. Without these
 * tracks it can be read.
 */
public class UnreadableTracksException extends RejectedMediaException {

    private static final long serialVersionUID = 1L;

    private static final Pattern REFUSED = Pattern.compile("Could not open codec for input stream (\\d+)");

    private static final Pattern UNREADABLE =
            Pattern.compile("Could not find codec parameters for stream (\\d+) \\(Audio: ([\\w-]+)");

    private final transient Map<Integer, String> codecs;

    private UnreadableTracksException(Refusal refusal, Map<Integer, String> codecs) {
        super(refusal);
        this.codecs = codecs;
    }

    /**
     * Interprets an error of ffprobe.
     *
     * @param errors ffprobe's errors and warnings
     * @param refusal the refusal when the file cannot be read without these tracks either
     * @return this exception when an audio track was refused; otherwise the refusal
     */
    static RejectedMediaException of(String errors, Refusal refusal) {
        Map<Integer, String> codecs = new LinkedHashMap<>();
        for (Matcher each = UNREADABLE.matcher(errors); each.find(); ) {
            codecs.put(Integer.valueOf(each.group(1)), each.group(2));
        }
        Matcher refused = REFUSED.matcher(errors);
        return refused.find() && codecs.containsKey(Integer.valueOf(refused.group(1)))
                ? new UnreadableTracksException(refusal, codecs)
                : new RejectedMediaException(refusal);
    }

    /** Returns ffmpeg's names of the tracks' codecs, by the number of the track. */
    Map<Integer, String> codecs() {
        return codecs;
    }
}
