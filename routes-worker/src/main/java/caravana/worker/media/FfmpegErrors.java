package caravana.worker.media;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Classifies the error messages of ffmpeg about an original by their subject. */
final class FfmpegErrors {

    /**
     * A frame declares another one as no longer needed, and that one is missing. This happens after a cut without
     * encoding. Frames that cannot be decoded are not shown.
     */
    private static final String NOTHING_LOST = "mmco: unref short failure";

    /** The line that ffmpeg writes in place of a repeated message. */
    private static final String SAID_AGAIN = "    Last message repeated";

    /** The beginning of the message about a file that cannot be read any further. */
    private static final String READING_ENDED = "file:";

    /** What encoders and filters say of a picture that they cannot make as large as it would get, some with their limit. */
    private static final Pattern TOO_LARGE =
            Pattern.compile("invalid width x height|Failed to configure output pad on Parsed_scale"
                    + "|\\[(?:libx26[45]|Parsed_\\w+) @ [^]]+] \\[IMGUTILS @ [^]]+] Picture size [0-9]+x[0-9]+ is invalid"
                    + "|(?:resolutions above|Max is|Source (?:Width|Height) must be less than or equal to) ([0-9]+)");

    /** The most pixels of a side, in H.264 and in others that do not name their limit. */
    private static final int LARGEST_SIDE = 16_384;

    private final List<String> lines;
    private final Set<String> otherThanPicture = new HashSet<>();

    FfmpegErrors(String errors, SourceHeaders headers, SourceTimeline source) {
        lines = errors.lines().toList();
        otherThanPicture.add(SAID_AGAIN);
        for (Track audio : headers.audios()) {
            otherThanPicture.add("[" + audio.codec() + " @ ");
            otherThanPicture.add(notDecoded(audio));
        }
        if (!source.joins().isEmpty() || source.unread() > 0) {
            otherThanPicture.add("[" + source.container() + " @ ");
        }
        if (source.unread() > 0) {
            otherThanPicture.add(READING_ENDED);
        }
    }

    private static String notDecoded(Track track) {
        return "Error while decoding stream #0:" + track.index() + ":";
    }

    /**
     * Returns whether all errors are those that a decoder reports when it begins in the middle of a video. Such errors
     * lose no frame.
     */
    static boolean loseNothing(String errors) {
        return errors.lines().allMatch(line -> line.endsWith(NOTHING_LOST) || line.startsWith(SAID_AGAIN));
    }

    /** The most pixels that a side may have, when errors say that a result would have more; otherwise 0. */
    static int largestSide(String errors) {
        Matcher found = TOO_LARGE.matcher(errors);
        if (!found.find()) {
            return 0;
        }
        return found.group(1) == null ? LARGEST_SIDE : Integer.parseInt(found.group(1));
    }

    /** Whether errors are those of an encoder that does not begin. */
    static boolean refuseEncoder(String errors) {
        return errors.contains("Error while opening encoder");
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /**
     * Returns whether an error is about something other than sound, and not about the place where files or recordings
     * were joined.
     */
    boolean areOfPicture() {
        return lines.stream()
                .filter(line -> !line.endsWith(NOTHING_LOST))
                .anyMatch(line -> otherThanPicture.stream().noneMatch(line::startsWith));
    }

    /** Returns whether an error is about this audio track. Other tracks may have the same codec. */
    boolean areOf(Track audio) {
        return lines.stream().anyMatch(line -> line.startsWith(notDecoded(audio)));
    }
}
