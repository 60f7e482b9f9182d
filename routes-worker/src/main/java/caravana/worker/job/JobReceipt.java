package caravana.worker.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * What one attempt at a job, or the help of another worker, has cost so far, as its row in {@code receipts} has it.
 *
 * @param cpuMillis CPU time by tool, and {@code jvm}: the job's part of the worker's own
 * @param peakToolMemory bytes of the tool that had the most
 * @param bytesRead of the original, and of parts that others have encoded
 * @param partBytesWritten of the parts that it has encoded
 * @param phaseMillis time by phase
 */
public record JobReceipt(
        @JsonProperty("cpu_ms") Map<String, Long> cpuMillis,
        @JsonProperty("peak_tool_memory_bytes") long peakToolMemory,
        @JsonProperty("bytes_read") long bytesRead,
        @JsonProperty("part_bytes_written") long partBytesWritten,
        @JsonProperty("phase_ms") Map<String, Long> phaseMillis) {}
