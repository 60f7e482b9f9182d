package caravana.worker.exec;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One run of ffmpeg or ffprobe, as planned: what the exchange property {@code command} holds when {@code exec:} runs it.
 *
 * @param arguments the arguments, each as it is; nothing is parsed and no shell is involved
 * @param output what is done with its standard output
 * @param timeLimit how long it may run; with a verdict on the media, in CPU time, and ten times as long in all
 * @param stallLimit how long its progress may stand still; applies to {@link Output#PROGRESS} only
 * @param onError what an end with an error means
 * @param onTimeLimit what more CPU time than the time limit means; null when it says nothing about the media
 * @param lines takes each line of {@link Output#LINES}, on a thread that has ended when the run has; null for other output
 */
public record ToolCommand(
        List<String> arguments,
        Output output,
        Duration timeLimit,
        Duration stallLimit,
        OnError onError,
        Supplier<RuntimeException> onTimeLimit,
        Consumer<String> lines) {

    /** What an end with an error means. */
    @FunctionalInterface
    public interface OnError {

        /**
         * @param status its exit status, which is not 0
         * @param errors the end of what it wrote to its error output
         * @return null when it says nothing about the media
         */
        RuntimeException meaning(int status, String errors);
    }

    /** What a tool writes to its standard output. */
    public enum Output {
        /** A document, kept up to a limit: the exchange property {@code tool_output} holds it afterwards. */
        DOCUMENT,
        /** Lines, each handed on as it is written, so that there may be any number of them. */
        LINES,
        /** ffmpeg's {@code -progress} blocks. */
        PROGRESS
    }

    public ToolCommand {
        arguments = List.copyOf(arguments);
    }

    /** A run whose output is not read line by line. */
    public ToolCommand(
            List<String> arguments,
            Output output,
            Duration timeLimit,
            Duration stallLimit,
            OnError onError,
            Supplier<RuntimeException> onTimeLimit) {
        this(arguments, output, timeLimit, stallLimit, onError, onTimeLimit, null);
    }
}
