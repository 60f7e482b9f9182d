package caravana.worker.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * The cost of one attempt so far, or of another worker's help, as its row in {@code receipts} stores it.
 *
 * @param cpuMillis CPU time in milliseconds by tool, and {@code jvm}: the job's part of the worker's own
 * @param peakToolMemory peak memory in bytes of the tool that used the most
 * @param bytesRead bytes that were read: of the original, and of parts that other workers have encoded
 * @param partBytesWritten bytes of the parts that this worker has encoded
 * @param phaseMillis duration in milliseconds by phase
 */
public record JobReceipt(
        @JsonProperty("cpu_ms") Map<String, Long> cpuMillis,
        @JsonProperty("peak_tool_memory_bytes") long peakToolMemory,
        @JsonProperty("bytes_read") long bytesRead,
        @JsonProperty("part_bytes_written") long partBytesWritten,
        @JsonProperty("phase_ms") Map<String, Long> phaseMillis) {}
