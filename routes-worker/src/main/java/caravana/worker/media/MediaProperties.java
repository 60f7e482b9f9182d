package caravana.worker.media;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Limits of the media tools.
 *
 * @param probeLimit how long a probe may take
 * @param stallLimit how long a transcoding's progress may stand still
 * @param baseTimeLimit how long any transcoding may take
 * @param timeLimitFactor seconds more per second of result
 * @param threads encoder and filter threads of one ffmpeg; 0 lets ffmpeg choose
 */
@Validated
@ConfigurationProperties("caravana.media")
public record MediaProperties(
        @NotNull Duration probeLimit,
        @NotNull Duration stallLimit,
        @NotNull Duration baseTimeLimit,
        @Positive double timeLimitFactor,
        int threads) {}
