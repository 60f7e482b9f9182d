package caravana.media;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * The limits of originals. Web, the worker and {@code GET /api/limits} read this record. The body limit of nginx and
 * the variables of Terraform have the same environment variables.
 *
 * <p>{@link MediaRefusals} has the sentence for an original that exceeds a limit.
 *
 * @param size largest original, 1KB to 50000MB
 * @param duration longest video, 1s to 5h. ffmpeg may run for 2 minutes plus 20 times the length of the result, 6
 *     hours at most
 * @param width most pixels of the picture's longer side, 16 to 16,384 and at least {@code height}. A video that needs
 *     more memory than {@code caravana.worker.tool.memory} fails even below this limit
 * @param height most pixels of the picture's shorter side, 16 to 16,384
 * @param frameRate most frames per second, as the average of the video, 1 to 1,000
 * @param streams most video and audio tracks in a file, 1 to 1,000; other tracks do not count
 * @param formats accepted container formats, by ffmpeg's names
 * @param codecs accepted video codecs, by ffmpeg's names
 * @param rules additional rules for originals: {@code none}, or {@code anb} for a length of 20 to 60 seconds and at
 *     least 1080 pixels on the shorter side
 */
@ConfigurationProperties("caravana.media.limits")
public record MediaLimits(
        DataSize size,
        Duration duration,
        int width,
        int height,
        double frameRate,
        int streams,
        List<String> formats,
        List<String> codecs,
        Rules rules) {

    /**
     * The longest run of ffmpeg. SQS hides a message from other workers for 12 hours at most. The other 6 hours are for
     * download, upload and queues whose visibility timeout is not renewed (docs/adr/0008).
     */
    public static final Duration LONGEST_RUN = Duration.ofHours(6);

    private static final DataSize SMALLEST_SIZE = DataSize.ofKilobytes(1);

    /** S3 accepts 10,000 parts, and web sends parts of 5 MiB. */
    private static final DataSize LARGEST_SIZE = DataSize.ofMegabytes(50_000);

    private static final Duration SHORTEST_DURATION = Duration.ofSeconds(1);

    /** A video of this length can be processed within {@link #LONGEST_RUN}, even as slowly as it plays. */
    private static final Duration LONGEST_DURATION = Duration.ofHours(5);

    private static final int FEWEST_PIXELS = 16;

    /** H.264's limit for a side of the picture. */
    private static final int MOST_PIXELS = 16_384;

    private static final int MOST_FRAMES = 1000;

    /** The output of ffprobe about more tracks would exceed the length to which it is kept. */
    private static final int MOST_STREAMS = 1000;

    /** A set of rules for originals. */
    public enum Rules {
        /** No rules: the limits alone decide. */
        NONE(Duration.ZERO, LONGEST_DURATION, 1),
        /** 20 to 60 seconds long, and at least 1080 pixels on the shorter side. */
        ANB(Duration.ofSeconds(20), Duration.ofSeconds(60), 1080);

        private final Duration shortest;
        private final Duration longest;
        private final int height;

        Rules(Duration shortest, Duration longest, int height) {
            this.shortest = shortest;
            this.longest = longest;
            this.height = height;
        }
    }

    /**
     * @throws IllegalArgumentException when a limit is out of its range; the message names every such limit and its
     *     range
     */
    public MediaLimits {
        List<String> problems = new ArrayList<>();
        if (size == null || size.compareTo(SMALLEST_SIZE) < 0 || size.compareTo(LARGEST_SIZE) > 0) {
            problems.add(problem("CARAVANA_UPLOAD_MAX_SIZE", size == null ? null : Amounts.size(size))
                    + "1KB to 50000MB, with the unit");
        }
        boolean hasDuration = duration != null
                && duration.compareTo(SHORTEST_DURATION) >= 0
                && duration.compareTo(LONGEST_DURATION) <= 0;
        if (!hasDuration) {
            problems.add(problem("CARAVANA_VIDEO_MAX_DURATION", duration == null ? null : Amounts.duration(duration))
                    + "1s to 5h, with the unit");
        }
        if (width < FEWEST_PIXELS || width > MOST_PIXELS) {
            problems.add(problem("CARAVANA_VIDEO_MAX_WIDTH", width) + "16 to 16384 pixels");
        }
        if (height < FEWEST_PIXELS || height > MOST_PIXELS) {
            problems.add(problem("CARAVANA_VIDEO_MAX_HEIGHT", height) + "16 to 16384 pixels");
        }
        if (width < height) {
            problems.add(problem("CARAVANA_VIDEO_MAX_WIDTH", width) + "at least CARAVANA_VIDEO_MAX_HEIGHT, " + height
                    + ": the width is the longer side, also of an upright picture");
        }
        if (!(frameRate >= 1 && frameRate <= MOST_FRAMES)) {
            problems.add(problem("CARAVANA_VIDEO_MAX_FRAME_RATE", frameRate) + "1 to 1000 frames per second");
        }
        if (streams < 1 || streams > MOST_STREAMS) {
            problems.add(problem("CARAVANA_VIDEO_MAX_STREAMS", streams) + "1 to 1000 tracks");
        }
        if (formats == null || formats.isEmpty()) {
            problems.add(problem("caravana.media.limits.formats", null) + "ffmpeg's names of container formats");
        }
        if (codecs == null || codecs.isEmpty()) {
            problems.add(problem("caravana.media.limits.codecs", null) + "ffmpeg's names of video codecs");
        }
        if (rules == null) {
            problems.add(problem("CARAVANA_MEDIA_RULES", null) + "none or anb");
        } else {
            if (hasDuration && duration.compareTo(rules.shortest) < 0) {
                problems.add(problem("CARAVANA_VIDEO_MAX_DURATION", Amounts.duration(duration)) + "at least "
                        + Amounts.duration(rules.shortest) + ": CARAVANA_MEDIA_RULES=anb refuses shorter videos");
            }
            if (height < rules.height) {
                problems.add(problem("CARAVANA_VIDEO_MAX_HEIGHT", height) + "at least " + rules.height
                        + ": CARAVANA_MEDIA_RULES=anb refuses smaller pictures");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        formats = List.copyOf(formats);
        codecs = List.copyOf(codecs);
    }

    private static String problem(String setting, Object value) {
        return setting + (value == null ? " is not set" : " is " + value) + "; set it to ";
    }

    /** Returns the length of the shortest video that limits and rules accept; zero when none is too short. */
    public Duration shortest() {
        return rules.shortest;
    }

    /** Returns the length of the longest video that limits and rules accept. */
    public Duration longest() {
        return duration.compareTo(rules.longest) < 0 ? duration : rules.longest;
    }

    /** Returns the fewest pixels that limits and rules accept on the picture's shorter side. */
    public int smallestHeight() {
        return rules.height;
    }

    /** Returns the disk space that one job may need, for its original and for the files that it makes. */
    public DataSize space() {
        return DataSize.ofBytes(2 * size.toBytes());
    }
}
