package caravana.worker.exec;

import java.time.Duration;
import java.util.List;

/**
 * One run of ffmpeg or ffprobe, as planned: what the exchange property {@code command} holds when {@code exec:} runs it.
 *
 * @param arguments the arguments, each as it is; nothing is parsed and no shell is involved
 * @param output what is done with its standard output
 * @param timeLimit how long it may run
 * @param stallLimit how long its progress may stand still; applies to {@link Output#PROGRESS} only
 * @param rejectionCode the code under which the original is refused when the tool ends with an error
 * @param rejectionSentence the sentence for the uploader in that case
 */
public record ToolCommand(
        List<String> arguments,
        Output output,
        Duration timeLimit,
        Duration stallLimit,
        String rejectionCode,
        String rejectionSentence) {

    /** What a tool writes to its standard output. */
    public enum Output {
        /** A document, kept up to a limit: the exchange property {@code tool_output} holds it afterwards. */
        DOCUMENT,
        /** ffmpeg's {@code -progress} blocks. */
        PROGRESS
    }

    public ToolCommand {
        arguments = List.copyOf(arguments);
    }
}
