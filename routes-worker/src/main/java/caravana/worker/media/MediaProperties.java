package caravana.worker.media;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.io.Resource;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How media is processed, and what is accepted.
 *
 * @param probeLimit how long a probe may take
 * @param stallLimit how long a transcoding's progress may stand still
 * @param baseTimeLimit how long any transcoding may take
 * @param timeLimitFactor seconds more per second of result
 * @param threads decoder, filter and encoder threads of one ffmpeg; 0 lets ffmpeg choose
 * @param rules a rule book that originals are held to, beside the limits
 * @param limits what an original may be at most
 * @param cards the opening and the closing card
 * @param logo the watermark, a PNG
 */
@Validated
@ConfigurationProperties("caravana.media")
public record MediaProperties(
        @NotNull Duration probeLimit,
        @NotNull Duration stallLimit,
        @NotNull Duration baseTimeLimit,
        @Positive double timeLimitFactor,
        @Min(0) int threads,
        @NotNull Rules rules,
        @NotNull @Valid Limits limits,
        @NotNull @Valid Cards cards,
        @NotNull Resource logo) {

    /** A rule book for originals. */
    public enum Rules {
        /** Whatever the limits allow. */
        NONE,
        /** The origin's: 20 to 60 seconds, and 1080p at least. */
        ANB
    }

    /**
     * What an original may be at most; the defaults fit a node of 2 GiB.
     *
     * @param size bytes
     * @param duration length
     * @param width pixels of the longer side
     * @param height pixels of the shorter side
     * @param frameRate frames a second, on average
     * @param streams tracks of any kind
     * @param formats ffmpeg's names of the container formats that are opened
     * @param codecs ffmpeg's names of the video codecs that are decoded
     */
    public record Limits(
            @NotNull DataSize size,
            @NotNull Duration duration,
            @Positive int width,
            @Positive int height,
            @Positive double frameRate,
            @Positive int streams,
            @NotEmpty List<String> formats,
            @NotEmpty List<String> codecs) {}

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

        /** Length of both, in seconds. */
        public double seconds() {
            return openingFor.plus(closingFor).toMillis() / 1000.0;
        }

        @AssertTrue(message = "opening-for and closing-for have to be above 0 and at most 5 s together")
        boolean isShortEnough() {
            return openingFor.toMillis() > 0
                    && closingFor.toMillis() > 0
                    && openingFor.plus(closingFor).compareTo(TOGETHER) <= 0;
        }
    }
}
