package caravana.worker.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * What one attempt at a job has cost so far, as its row in {@code receipts} has it.
 *
 * @param cpuMillis CPU time by tool, and {@code jvm}: the job's part of the worker's own
 * @param peakToolMemory bytes of the tool that had the most
 * @param bytesRead of the original
 * @param phaseMillis time by phase
 */
public record JobReceipt(
        @JsonProperty("cpu_ms") Map<String, Long> cpuMillis,
        @JsonProperty("peak_tool_memory_bytes") long peakToolMemory,
        @JsonProperty("bytes_read") long bytesRead,
        @JsonProperty("phase_ms") Map<String, Long> phaseMillis) {}
