package caravana.bench;

import caravana.measure.MeasurementException;
import caravana.measure.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Stands in front of ffmpeg in a worker's {@code PATH}, and records when, in which folder and with which arguments a
 * job calls it. So the product's command lines can be repeated without it.
 */
final class Recorder {

    private static final String ORIGINAL = "original";
    private static final String ASSETS = ".assets";
    private static final int NANOS = 1_000_000_000;
    private static final Pattern CPU = Pattern.compile("CPU ([0-9.]+) ([0-9.]+)");

    private final Path folder;
    private final Path calls;

    /**
     * One call for a job.
     *
     * @param folder the job's
     */
    record Call(Instant at, String folder, List<String> arguments) {

        /**
         * The same call in a folder of its own, with that file as its original. The worker must still run.
         *
         * @return a shell script that makes it
         */
        Path replay(Path here, Path original) throws IOException {
            Files.createDirectories(here);
            Files.deleteIfExists(here.resolve(ORIGINAL));
            Files.createLink(here.resolve(ORIGINAL), original);
            copyAssets(here.resolveSibling(ASSETS));
            StringBuilder line = new StringBuilder("cd " + quoted(here.toString()) + "\nexec ffmpeg");
            for (String argument : arguments) {
                line.append(' ').append(quoted(argument.replace(folder, here.toString())));
            }
            // What it says goes where the worker's goes: into a pipe that is read, or nowhere.
            return Files.writeString(here.resolve("call.sh"), line.append(" >said 2>&1\n"));
        }

        /**
         * Seconds of CPU time that the same call takes.
         *
         * @param below in which folders for it are made
         */
        double cpu(Path below, Path original) throws Exception {
            Path script = replay(below.resolve("replay"), original);
            String said = Media.run(
                    below, List.of("bash", "-c", "TIMEFORMAT='CPU %U %S'; time sh \"$0\"", script.toString()));
            Matcher times = CPU.matcher(said);
            times.find();
            return Double.parseDouble(times.group(1)) + Double.parseDouble(times.group(2));
        }

        /** The same of several calls together. */
        static double cpu(List<Call> calls, Path below, Path original) throws Exception {
            double all = 0;
            for (Call call : calls) {
                all += call.cpu(below, original);
            }
            return all;
        }

        /** Logo and cards, which lie beside the folders of jobs and are named from there. */
        private void copyAssets(Path to) throws IOException {
            if (Files.exists(to)) {
                return;
            }
            Files.createDirectories(to);
            try (Stream<Path> assets = Files.list(Path.of(folder).resolveSibling(ASSETS))) {
                for (Path asset : assets.toList()) {
                    Files.copy(asset, to.resolve(asset.getFileName()));
                }
            }
        }

        private static String quoted(String text) {
            return "'" + text.replace("'", "'\\''") + "'";
        }
    }

    private Recorder(Path folder) {
        this.folder = folder;
        this.calls = folder.resolve("calls");
    }

    /** Notes calls and lets ffmpeg do the work. */
    static Recorder beforeFfmpeg(Path folder) throws IOException {
        return new Recorder(folder).install("exec " + real() + " \"$@\"\n");
    }

    /** Notes calls and takes no time: the clip that is to come out lies ready. */
    static Recorder insteadOfFfmpeg(Path folder) throws IOException {
        return new Recorder(folder).install("""
                for argument in "$@"; do
                  case $argument in *video.mp4) output=${argument#file:} ;; esac
                done
                cp "%s" "$output"
                printf 'frame=70\\nprogress=end\\n'
                """.formatted(Project.stubResult()));
    }

    private Recorder install(String thenDo) throws IOException {
        Files.createDirectories(calls);
        // Started as root, workers run as a user of their own.
        if (!calls.toFile().setWritable(true, false)) {
            throw new IOException("Could not make " + calls + " writable");
        }
        Path program = folder.resolve("ffmpeg");
        Files.writeString(program, """
                #!/bin/sh
                now=$(date +%%s%%N)
                case " $* " in
                  *" -progress "*) printf '%%s\\0' "$now" "$PWD" "$@" >"%s/$$" ;;
                  *) exec %s "$@" ;;
                esac
                %s""".formatted(calls, real(), thenDo));
        if (!program.toFile().setExecutable(true, false)) {
            throw new IOException("Could not make " + program + " executable");
        }
        return this;
    }

    private static String real() {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, "ffmpeg"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new MeasurementException("There is no ffmpeg; install Debian's package ffmpeg"))
                .toString();
    }

    /** For a worker's {@code PATH}. */
    Path folder() {
        return folder;
    }

    /** What was noted since the last time, oldest first. */
    List<Call> take() throws IOException {
        List<Call> taken = new ArrayList<>();
        try (Stream<Path> files = Files.list(calls)) {
            for (Path file : files.toList()) {
                List<String> noted = Arrays.asList(Files.readString(file).split("\0", -1));
                long nanos = Long.parseLong(noted.get(0));
                // The last one ends with a NUL, too.
                taken.add(new Call(
                        Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS),
                        noted.get(1),
                        List.copyOf(noted.subList(2, noted.size() - 1))));
                Files.delete(file);
            }
        }
        taken.sort(Comparator.comparing(Call::at));
        return taken;
    }
}
