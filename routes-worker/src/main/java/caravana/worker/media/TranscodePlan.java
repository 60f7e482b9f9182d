package caravana.worker.media;

import caravana.worker.exec.ToolCommand;

/**
 * One ffmpeg run, and what it has to make.
 *
 * @param command the run
 * @param result the result by which it is checked
 */
public record TranscodePlan(ToolCommand command, PlannedResult result) {}
