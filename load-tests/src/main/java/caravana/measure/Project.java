package caravana.measure;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Paths of the project, and of the files of load tests. */
public final class Project {

    private Project() {}

    /** The project's root folder, told from where this class was loaded. */
    public static Path root() {
        try {
            Path code = Path.of(Project.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path target = code.toAbsolutePath().getParent();
            return target.getParent().getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A plan, or a script beside it. */
    public static Path jmeter(String name) {
        return root().resolve("jmeter").resolve(name);
    }

    /** A fresh folder for what a run leaves behind. */
    public static Path runFolder(String run) throws IOException {
        String time = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
        return Files.createDirectories(root().resolve(".caravana/load").resolve(run + "-" + time));
    }

    private static Path media() {
        return root().resolve(".caravana/load/media");
    }

    /** A real video of that many megabytes; see {@link #makeMedia}. */
    public static Path video(int megabytes) {
        return media().resolve(megabytes + "-mb.mp4");
    }

    /** What is uploaded for the stub. */
    public static Path shortVideo() {
        return media().resolve("short.mp4");
    }

    /** The clip that a stub hands out. */
    public static Path stubResult() {
        return media().resolve("stub-clip.mp4");
    }

    /** A folder with the stub for ffmpeg, for a worker's {@code PATH}. */
    public static Path stub() throws IOException {
        Path program = media().resolve("ffmpeg");
        // A copy, since the clip that it hands out lies beside it.
        Files.deleteIfExists(program);
        Files.copy(jmeter("stub/ffmpeg"), program, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        return media();
    }

    /**
     * Makes the videos that are not there yet.
     *
     * @return their names, seconds and bytes
     * @throws MeasurementException when ffmpeg cannot
     */
    public static List<String[]> makeMedia(List<Integer> megabytes) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("sh", jmeter("make-media.sh").toString(), media().toString()));
        megabytes.stream().distinct().sorted().forEach(size -> command.add(size.toString()));
        Process script = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String[]> files;
        try (var lines = script.inputReader()) {
            files = lines.lines().map(line -> line.split(" ")).toList();
        }
        if (script.waitFor() != 0) {
            throw new MeasurementException("make-media.sh failed: " + Arrays.toString(command.toArray()));
        }
        return files;
    }

    /** What this runs on, and which state of the project it is. */
    public static String machine() throws IOException, InterruptedException {
        String processor = "";
        Path info = Path.of("/proc/cpuinfo");
        if (Files.exists(info)) {
            processor = Files.readAllLines(info).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> ", " + line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        }
        return Runtime.getRuntime().availableProcessors() + " CPUs" + processor + ", Java "
                + Runtime.version().feature() + ", commit " + commit();
    }

    private static String commit() throws IOException, InterruptedException {
        Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--exclude", "*")
                .directory(root().toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(git.getInputStream().readAllBytes()).strip();
        return git.waitFor() == 0 ? said : "unknown";
    }

    /** Deletes a folder with all that is in it. */
    public static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
