package caravana.worker.media;

import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Plans a run of a program that inspects an original, such as a virus scanner. Exit status 0 accepts the original, and
 * 1 refuses it. Any other status is a failure of the program, and uses up an attempt.
 */
@Component("inspection")
public class Inspection {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int NO = 1;

    /**
     * Returns the command for the step {@code exec:}, which reads it from the property {@code command}. The step names
     * the program.
     *
     * @param job whose original is inspected; the file's path is the last argument
     * @param code stable code of the refusal, for clients
     * @param sentence one sentence about the refusal, for the uploader
     * @param options the program's options, separated by spaces; may be empty
     */
    public ToolCommand plan(RunningJob job, String code, String sentence, String options) {
        Duration limit = LIMIT.plus(MediaProperties.readingTime(job.getOriginal()));
        List<String> arguments = new ArrayList<>(
                options.isBlank() ? List.of() : List.of(options.strip().split("\\s+")));
        arguments.add(job.getOriginal().toString());
        return new ToolCommand(
                arguments,
                ToolCommand.Output.DOCUMENT,
                limit,
                limit,
                (status, errors) -> status == NO ? new RejectedMediaException(code, sentence) : null,
                null);
    }
}
