package caravana.worker.media;

import caravana.worker.exec.ToolCommand;

/**
 * A run of ffprobe that lists all packets of an original, and its result.
 *
 * @param command the run
 * @param packets filled by the run
 */
public record Measurement(ToolCommand command, PacketTimes packets) {}
