package caravana.media;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cues of a SubRip or WebVTT file. Only times and texts are read, with bold, italics and underlining; styles,
 * regions, comments and positions are dropped.
 *
 * @param cues in the order in which they begin
 */
public record Subtitles(List<Cue> cues) {

    /** The most cues of a file. */
    private static final int MOST = 10_000;

    /** The most characters of a cue's text. */
    private static final int LONGEST = 1_000;

    /** The most cues that are shown at the same time. */
    private static final int MOST_TOGETHER = 8;

    private static final double HOUR = 3600;
    private static final double MINUTE = 60;
    private static final double MILLIS = 1000;

    private static final String HEADER = "WEBVTT";

    /** The latest time of a cue, in seconds. */
    private static final double LATEST = 100 * HOUR;

    private static final String TIME = "(?:(\\d{1,2}):)?([0-5]\\d):([0-5]\\d)[.,](\\d{3})";

    /** Times of a cue. WebVTT's settings, or the coordinates of some SubRip files, may follow. */
    private static final Pattern TIMES = Pattern.compile(TIME + "[ \\t]+-->[ \\t]+" + TIME + "(?:[ \\t].*)?");

    /** Tags of SubRip and WebVTT, and positions such as {\an8}. */
    private static final Pattern TAG =
            Pattern.compile("<(/?)([biuBIU])(?:\\.[^<>]*)?>|</?[a-zA-Z][^<>]*>|<[\\d:.]+>|\\{\\\\[^{}]*}");

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\n\\t]]");

    /**
     * Text that is shown during a part of the video.
     *
     * @param start second of the video at which the text appears
     * @param end second of the video at which the text disappears
     * @param text its lines. The characters {@code <}, {@code >} and {@code &} are escaped, except in tags of bold,
     *     italics and underlining
     */
    public record Cue(double start, double end, String text) {}

    /** The content of a subtitle file is invalid. */
    public static final class UnreadableException extends Exception {

        private static final long serialVersionUID = 1;

        private final int line;

        private UnreadableException(int line, String what) {
            super(what);
            this.line = line;
        }

        /** Returns the number of the wrong line, counted from 1; 0 when the whole file is wrong. */
        public int line() {
            return line;
        }
    }

    /**
     * Reads a file.
     *
     * @param webVtt true for WebVTT, false for SubRip
     * @throws UnreadableException when the file is invalid. The message is a whole sentence that names the line and
     *     the mistake
     */
    public static Subtitles read(byte[] file, boolean webVtt) throws UnreadableException {
        String[] lines = decoded(file).split("\\r\\n|\\n|\\r", -1);
        List<Cue> cues = new ArrayList<>();
        int at = webVtt ? afterHeader(lines) : 0;
        while (at < lines.length) {
            if (lines[at].isBlank()) {
                at++;
                continue;
            }
            int end = at;
            while (end < lines.length && !lines[end].isBlank()) {
                end++;
            }
            if (!webVtt || !lines[at].matches("(NOTE|STYLE|REGION)([ \\t].*)?")) {
                cues.add(cue(lines, at, end, webVtt));
                if (cues.size() > MOST) {
                    throw new UnreadableException(at + 1, "The file has more than " + MOST + " cues.");
                }
            }
            at = end;
        }
        if (cues.isEmpty()) {
            throw new UnreadableException(0, "The file has no cue.");
        }
        cues.sort(Comparator.comparingDouble(Cue::start));
        checkTogether(cues);
        return new Subtitles(List.copyOf(cues));
    }

    private static String decoded(byte[] file) throws UnreadableException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(file))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UnreadableException(0, "The file is not UTF-8. Save it in this encoding.");
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static int afterHeader(String[] lines) throws UnreadableException {
        if (!lines[0].matches(HEADER + "([ \\t].*)?")) {
            throw new UnreadableException(1, "The file does not begin with WEBVTT.");
        }
        int at = 1;
        while (at < lines.length && !lines[at].isBlank()) {
            if (lines[at].contains("-->")) {
                throw new UnreadableException(at + 1, "An empty line must follow the file's header.");
            }
            at++;
        }
        return at;
    }

    private static Cue cue(String[] lines, int first, int end, boolean webVtt) throws UnreadableException {
        // The number or name of a cue is optional.
        int at = lines[first].contains("-->") || first + 1 == end ? first : first + 1;
        Matcher times = TIMES.matcher(lines[at].strip());
        if (!times.matches()) {
            throw new UnreadableException(
                    at + 1,
                    "A cue must have its times there, such as "
                            + (webVtt ? "00:01.500 --> 00:04.000." : "00:00:01,500 --> 00:00:04,000."));
        }
        double start = seconds(times, 1);
        double stop = seconds(times, 5);
        if (stop <= start || stop > LATEST) {
            throw new UnreadableException(at + 1, "The cue does not end after its beginning, and within 100 hours.");
        }
        String text = text(String.join("\n", List.of(lines).subList(at + 1, end)), at + 2);
        return new Cue(start, stop, text);
    }

    private static double seconds(Matcher times, int group) {
        return (times.group(group) == null ? 0 : Integer.parseInt(times.group(group))) * HOUR
                + Integer.parseInt(times.group(group + 1)) * MINUTE
                + Integer.parseInt(times.group(group + 2))
                + Integer.parseInt(times.group(group + 3)) / MILLIS;
    }

    private static String text(String raw, int line) throws UnreadableException {
        if (raw.codePointCount(0, raw.length()) > LONGEST) {
            throw new UnreadableException(line, "The cue has more than " + LONGEST + " characters.");
        }
        if (CONTROL.matcher(raw).find()) {
            throw new UnreadableException(line, "The cue has a control character.");
        }
        if (raw.contains("-->")) {
            throw new UnreadableException(
                    line, "The cue has --> in its text. An empty line is missing before the next cue.");
        }
        StringBuilder text = new StringBuilder();
        Matcher tag = TAG.matcher(raw);
        int from = 0;
        while (tag.find()) {
            text.append(escaped(raw.substring(from, tag.start())));
            if (tag.group(2) != null) {
                text.append('<')
                        .append(tag.group(1))
                        .append(tag.group(2).toLowerCase(Locale.ROOT))
                        .append('>');
            }
            from = tag.end();
        }
        return text.append(escaped(raw.substring(from))).toString();
    }

    /** Escapes a text. Character references that both formats have stay as they are; other {@code &} are literal. */
    private static String escaped(String text) {
        return text.replaceAll("&(?!(amp|lt|gt|nbsp|lrm|rlm);)", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }

    private static void checkTogether(List<Cue> cues) throws UnreadableException {
        PriorityQueue<Double> shown = new PriorityQueue<>();
        for (Cue cue : cues) {
            while (!shown.isEmpty() && shown.element() <= cue.start()) {
                shown.remove();
            }
            shown.add(cue.end());
            if (shown.size() > MOST_TOGETHER) {
                throw new UnreadableException(
                        0, "More than " + MOST_TOGETHER + " cues are shown together at " + time(cue.start()) + ".");
            }
        }
    }

    /**
     * Returns the cues of a part of the video, with times that are relative to the part.
     *
     * @param start second of the video at which the part begins
     * @param seconds length of the part
     * @param before seconds that are added to each time, for what the result shows before the part
     */
    public Subtitles part(double start, double seconds, double before) {
        return new Subtitles(cues.stream()
                .filter(cue -> cue.end() > start && cue.start() < start + seconds)
                .map(cue -> new Cue(
                        Math.max(cue.start(), start) - start + before,
                        Math.min(cue.end(), start + seconds) - start + before,
                        cue.text()))
                .toList());
    }

    /** Returns the cues as the text of a WebVTT file. */
    public String webVtt() {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        for (Cue cue : cues) {
            text.append('\n')
                    .append(time(cue.start()))
                    .append(" --> ")
                    .append(time(cue.end()))
                    .append('\n')
                    .append(cue.text().isEmpty() ? "&nbsp;" : cue.text())
                    .append('\n');
        }
        return text.toString();
    }

    /**
     * Formats a time as WebVTT does, such as {@code 00:01:02.500}.
     *
     * @param seconds since the beginning of the video
     */
    public static String time(double seconds) {
        long millis = Math.round(seconds * MILLIS);
        return String.format(
                Locale.ROOT,
                "%02d:%02d:%02d.%03d",
                millis / 3_600_000,
                millis / 60_000 % 60,
                millis / 1000 % 60,
                millis % 1000);
    }
}
