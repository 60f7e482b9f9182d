package caravana.worker.media;

import caravana.worker.exec.ToolCommand;
import java.util.List;

/**
 * One ffmpeg run, and what it has to make.
 *
 * @param command the run
 * @param result the main video by which it is checked
 * @param outputs all files, the main video first
 * @param soundless names of files that are not made, since the original has no sound that can be decoded
 */
public record TranscodePlan(
        ToolCommand command, PlannedResult result, List<PlannedOutput> outputs, List<String> soundless) {

    /** The renditions that the run makes; null for none. */
    PlannedLadder ladder() {
        return outputs.stream()
                .filter(output -> output.expected() != null && output.expected().ladder() != null)
                .map(output -> output.expected().ladder())
                .findFirst()
                .orElse(null);
    }
}
