package caravana.worker.exec;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How tools run.
 *
 * @param niceness how far ffmpeg and ffprobe stand back behind everything else on the machine, 0 to 19
 * @param memory address space of one ffmpeg or ffprobe; an allocation beyond it fails
 */
@Validated
@ConfigurationProperties("caravana.worker.tool")
public record ToolProperties(
        @Min(0) @Max(19) int niceness, @NotNull DataSize memory) {}
