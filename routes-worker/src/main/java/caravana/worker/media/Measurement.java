package caravana.worker.media;

import caravana.worker.exec.ToolCommand;

/**
 * One run of ffprobe over all packets of an original, and what it finds.
 *
 * @param command the run
 * @param packets filled by the run
 */
public record Measurement(ToolCommand command, PacketTimes packets) {}
