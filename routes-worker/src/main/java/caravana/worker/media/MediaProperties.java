package caravana.worker.media;

import caravana.media.MediaLimits;
import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.io.File;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.io.Resource;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of processing. The limits of originals are in {@link caravana.media.MediaLimits}.
 *
 * @param probeLimit CPU time of a probe. The probe may take 10 times as long in all, with its waits; one that may
 *     read the whole original gets another second for each 10 MiB
 * @param stallLimit how long a transcoding may make no progress and use no CPU time; then it is stopped
 * @param baseTimeLimit CPU time of a transcoding, without the time for the length of its result
 * @param timeLimitFactor additional seconds of CPU time of a transcoding for each second of its result, up to 6 hours
 *     in total
 * @param threads threads of each decoder, filter graph and encoder of ffmpeg; with 0, ffmpeg chooses
 * @param partsFrom expected duration of a job from which idle workers encode its video in parts, if the frames stay
 *     the same; 0 for never
 * @param partSeconds approximate length in seconds of each part of a video that is encoded in parts, 4 to 600
 * @param cards the opening and the closing card
 * @param logo watermark, a PNG file: that of the product, or {@code file:/path/to/logo.png}
 */
@Validated
@ConfigurationProperties("caravana.media")
public record MediaProperties(
        @NotNull Duration probeLimit,
        @NotNull Duration stallLimit,
        @NotNull Duration baseTimeLimit,
        @Positive double timeLimitFactor,
        @Min(0) int threads,
        @NotNull Duration partsFrom,
        @Min(4) @Max(600) int partSeconds,
        @NotNull @Valid Cards cards,
        @NotNull Resource logo) {

    /** The lowest speed of reading a file, in bytes per second. */
    private static final long SLOWEST_READ = 10L << 20;

    /** Returns the additional time of a tool that may have to read the whole file: one second for each 10 MiB. */
    static Duration readingTime(File file) {
        return Duration.ofSeconds(file.length() / SLOWEST_READ);
    }

    /**
     * Returns the limit of CPU time for a run that decodes an original.
     *
     * @param seconds length of the result
     */
    Duration timeLimit(double seconds) {
        Duration limit = baseTimeLimit.plus(Duration.ofMillis((long) (seconds * 1000 * timeLimitFactor)));
        return limit.compareTo(MediaLimits.LONGEST_RUN) < 0 ? limit : MediaLimits.LONGEST_RUN;
    }

    /**
     * The cards before and after the footage.
     *
     * @param openingText text on the opening card, one line
     * @param closingText text on the closing card, one line
     * @param openingFor how long the opening card is shown; both cards together at most 5 s
     * @param closingFor how long the closing card is shown; both cards together at most 5 s
     * @param background background colour of the cards, {@code #RRGGBB}
     * @param colour colour of the texts on the cards, {@code #RRGGBB}
     */
    public record Cards(
            @NotNull String openingText,
            @NotNull String closingText,
            @NotNull Duration openingFor,
            @NotNull Duration closingFor,
            @NotNull @Pattern(regexp = COLOUR) String background,
            @NotNull @Pattern(regexp = COLOUR) String colour) {

        private static final String COLOUR = "#[0-9A-Fa-f]{6}";
        private static final Duration TOGETHER = Duration.ofSeconds(5);

        @AssertTrue(message = "opening-for and closing-for must be above 0 and at most 5 s together")
        boolean isShortEnough() {
            return openingFor.toMillis() > 0
                    && closingFor.toMillis() > 0
                    && openingFor.plus(closingFor).compareTo(TOGETHER) <= 0;
        }
    }
}
