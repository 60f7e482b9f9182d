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
     * The command for the step {@code exec:}, which has the property {@code command} and names the program.
     *
     * @param job whose original is looked at; the file's path is the last argument
     * @param code stable code of the refusal, as clients see it
     * @param sentence what the uploader reads, one sentence
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
