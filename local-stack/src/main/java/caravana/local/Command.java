package caravana.local;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Short commands of the system, which end without a signal. They get absolute paths of files. */
final class Command {

    private record Outcome(int status, String output) {}

    private Command() {}

    /** Whether it runs and ends with status 0. */
    static boolean succeeds(List<String> command) {
        try {
            return outcome(command).status == 0;
        } catch (IOException cannotStart) {
            return false;
        }
    }

    /**
     * Runs it.
     *
     * @param purpose what it is for, as it stands after "could not"
     * @throws LocalStackException when it cannot be started or ends with another status than 0, with what it printed
     */
    static void run(String purpose, List<String> command) {
        try {
            Outcome outcome = outcome(command);
            if (outcome.status != 0) {
                throw new LocalStackException("could not " + purpose + ": `" + String.join(" ", command)
                        + "` ended with status " + outcome.status + ": " + outcome.output.strip());
            }
        } catch (IOException e) {
            throw new LocalStackException("could not " + purpose + ": " + e.getMessage());
        }
    }

    private static Outcome outcome(List<String> command) throws IOException {
        // Somewhere that every user can be.
        Process process = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return new Outcome(process.waitFor(), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
