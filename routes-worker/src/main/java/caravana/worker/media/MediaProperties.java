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
 * How media is processed; what is accepted is in {@link caravana.media.MediaLimits}.
 *
 * @param probeLimit how much CPU time a probe may use, and a tenth of how long it may take in all, waits included; one that
 *     may read the whole original has a second more for 10 MiB of it
 * @param stallLimit how long a transcoding's progress and its use of the processor may stand still
 * @param baseTimeLimit CPU time that any transcoding may use
 * @param timeLimitFactor seconds of CPU time more per second of result, up to 6 hours in all
 * @param threads decoder, filter and encoder threads of one ffmpeg; 0 lets ffmpeg choose
 * @param partsFrom how long a job must be expected to take for its video to be encoded in parts, where that changes no frame, by
 *     this worker and others that have nothing due; 0 for never
 * @param partSeconds about how many seconds each part has of a video that is encoded in parts, 4 to 600
 * @param cards the opening and the closing card
 * @param logo the watermark, a PNG; the product's, or {@code file:/path/to/logo.png}
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

    /** At which a file is read, at least, in bytes per second. */
    private static final long SLOWEST_READ = 10L << 20;

    /** How much longer a tool may take that may have to read the whole file: a second per 10 MiB. */
    static Duration readingTime(File file) {
        return Duration.ofSeconds(file.length() / SLOWEST_READ);
    }

    /** How much CPU time a run may use that decodes an original for a result of so many seconds. */
    Duration timeLimit(double seconds) {
        Duration limit = baseTimeLimit.plus(Duration.ofMillis((long) (seconds * 1000 * timeLimitFactor)));
        return limit.compareTo(MediaLimits.LONGEST_RUN) < 0 ? limit : MediaLimits.LONGEST_RUN;
    }

    /**
     * The cards before and after the footage.
     *
     * @param openingText one line on the opening card
     * @param closingText one line on the closing card
     * @param openingFor how long the opening card stands
     * @param closingFor how long the closing card stands; both together at most 5 s
     * @param background colour of the cards, {@code #RRGGBB}
     * @param colour colour of the texts, {@code #RRGGBB}
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
