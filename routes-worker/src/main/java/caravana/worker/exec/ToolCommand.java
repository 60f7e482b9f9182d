package caravana.worker.exec;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One planned run of ffmpeg or ffprobe. The exchange property {@code command} holds it when {@code exec:} runs it.
 *
 * @param arguments the arguments, unchanged; nothing is parsed, and no shell is involved
 * @param output how its standard output is used
 * @param timeLimit longest run; with {@code onTimeLimit} in CPU time, and ten times as long in elapsed time
 * @param stallLimit longest time without progress; applies to {@link Output#PROGRESS} and {@link Output#SILENT} only
 * @param onError how an exit with an error is interpreted
 * @param onTimeLimit how the use of more CPU time than the limit is interpreted; null when it implies nothing about the media
 * @param lines receives each line of {@link Output#LINES}, on a thread that ends before the run does; null for other output
 */
public record ToolCommand(
        List<String> arguments,
        Output output,
        Duration timeLimit,
        Duration stallLimit,
        OnError onError,
        Supplier<RuntimeException> onTimeLimit,
        Consumer<String> lines) {

    /** Interprets the error of a run. */
    @FunctionalInterface
    public interface OnError {

        /**
         * @param status the exit status, which is not 0
         * @param errors the end of the standard error output
         * @return null when the error says nothing about the media
         */
        RuntimeException meaning(int status, String errors);
    }

    /** The use of a tool's standard output. */
    public enum Output {
        /** A document, kept up to a limited size. Afterwards, the exchange property {@code tool_output} has it. */
        DOCUMENT,
        /** Any number of lines, each of which is passed on when it is written. */
        LINES,
        /** ffmpeg's {@code -progress} blocks. */
        PROGRESS,
        /** None. The CPU time of the tool is its only progress. */
        SILENT
    }

    public ToolCommand {
        arguments = List.copyOf(arguments);
    }

    /** Returns a copy with other arguments. */
    public ToolCommand with(List<String> others) {
        return new ToolCommand(others, output, timeLimit, stallLimit, onError, onTimeLimit, lines);
    }

    /** Creates a run whose output is not read line by line. */
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
