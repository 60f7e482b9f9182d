package caravana.worker.exec;

import caravana.worker.job.RunningJob;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.exec.ExecBinding;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecEndpoint;
import org.apache.camel.component.exec.ExecResult;
import org.springframework.stereotype.Component;

/**
 * Connects {@code exec:} with a job: it reads the command from the exchange property {@code command}, and the handle
 * from {@code job}.
 *
 * <p>It never reads a header. Headers may come from outside, and Camel's own binding obeys them (CVE-2025-27636 and its
 * successors); exchange properties cannot.
 */
@Component("toolBinding")
public class ToolExecBinding implements ExecBinding {

    /** A planned run with its job. Camel passes it to {@link ToolExecutor}. */
    static final class JobCommand extends ExecCommand {

        private static final long serialVersionUID = 1L;

        private final transient ToolCommand command;
        private final transient RunningJob job;

        JobCommand(String executable, ToolCommand command, RunningJob job) {
            super(
                    executable,
                    command.arguments(),
                    job.getFolder().toString(),
                    command.timeLimit().toMillis(),
                    Set.of(0),
                    null,
                    null,
                    false,
                    LoggingLevel.DEBUG);
            this.command = command;
            this.job = job;
        }

        ToolCommand command() {
            return command;
        }

        RunningJob job() {
            return job;
        }
    }

    @Override
    public ExecCommand readInput(Exchange exchange, ExecEndpoint endpoint) {
        ToolCommand command = exchange.getProperty("command", ToolCommand.class);
        RunningJob job = exchange.getProperty("job", RunningJob.class);
        if (command == null || job == null) {
            throw new IllegalStateException(
                    "exec: needs the exchange properties 'command' and 'job'; set them in the step before");
        }
        exchange.getMessage().removeHeaders("CamelExec*");
        return new JobCommand(endpoint.getExecutable(), command, job);
    }

    @Override
    public void writeOutput(Exchange exchange, ExecResult result) {
        try {
            exchange.setProperty("tool_output", text(result.getStdout()));
            exchange.setProperty("tool_errors", text(result.getStderr()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
}
