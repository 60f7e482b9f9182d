package caravana.worker.exec;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the processes of ffmpeg and ffprobe.
 *
 * @param niceness niceness of ffmpeg and ffprobe, 0 to 19: with a higher one, other processes of the machine go first
 * @param memory address space of one ffmpeg or ffprobe; an allocation beyond it fails
 */
@Validated
@ConfigurationProperties("caravana.worker.tool")
public record ToolProperties(
        @Min(0) @Max(19) int niceness, @NotNull DataSize memory) {}
