package caravana.worker.media;

import caravana.worker.exec.ToolCommand;
import java.util.List;

/**
 * One ffmpeg run, and the result that it must make.
 *
 * @param encoding what the run was planned from
 * @param command the run
 * @param result expected properties of the main video
 * @param outputs all files, the main video first
 * @param soundless names of files that are not made, because the original has no sound that can be decoded
 */
public record TranscodePlan(
        Encoding encoding,
        ToolCommand command,
        PlannedResult result,
        List<PlannedOutput> outputs,
        List<String> soundless) {

    /** Returns the renditions that the run makes; null for none. */
    PlannedLadder ladder() {
        return outputs.stream()
                .filter(output -> output.expected() != null && output.expected().ladder() != null)
                .map(output -> output.expected().ladder())
                .findFirst()
                .orElse(null);
    }
}
