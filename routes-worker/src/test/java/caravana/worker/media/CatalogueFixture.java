package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.transformation.AppliedTransformation;
import caravana.transformation.AskedTransformation;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.worker.WorkerSettings;
import caravana.worker.exec.ToolCommand;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A job of a small video, which is planned and made by the real ffmpeg as the worker does it. */
abstract class CatalogueFixture {

    static final ObjectMapper JSON = new ObjectMapper();

    /** Of the original: frames per second, and its length. */
    static final int RATE = 25;

    static final double SECONDS = 4;

    /** For one run of a tool, in minutes. */
    private static final int PATIENCE = 3;

    @TempDir
    Path work;

    TransformationCatalogue catalogue;
    SourceTimeline source;
    TranscodePlanner planner;
    RunningJob job;
    Loudness measured;
    int measurements;
    List<AppliedTransformation> recipe;
    TargetSize target;
    int passes;

    @BeforeEach
    void openJob() throws Exception {
        measurements = 0;
        catalogue = TransformationCatalogue.builtIn();
        planner = new TranscodePlanner(MediaSettings.assets(work), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
        job = RunningJobs.inFolder(Files.createDirectories(work.resolve("claim")));
        Assets.putInto(job.getFolder());
    }

    /** Makes a map for {@link SeenFrame}: the colours of a place say where in the picture it is, and those of a frame which it is. */
    static void makeMap(Path file, String size, double seconds) throws Exception {
        run(
                file.getParent(),
                "-f lavfi -i color=black:s=320x180:r=25:d=" + seconds + ",format=yuv420p,geq=lum='" + SeenFrame.LUMA
                        + "':cb='" + SeenFrame.CB + "':cr='" + SeenFrame.CR + "',scale=" + size
                        // Otherwise ffmpeg 7 converts from what it guesses to what the tags say.
                        + "," + ColourFilters.TAGS
                        + " -f lavfi -i sine=frequency=440:duration=" + seconds
                        + " -c:v libx264 -preset ultrafast -crf 4"
                        + " -color_range tv -colorspace bt709 -color_trc bt709 -color_primaries bt709 -c:a aac -f mp4",
                file);
    }

    /** Begins with a file that is there. */
    void use(Path original) throws Exception {
        Files.copy(original, job.getOriginal().toPath(), StandardCopyOption.REPLACE_EXISTING);
        readOriginal();
    }

    private void readOriginal() throws Exception {
        source = SourceTimeline.of(headers(job.getOriginal().toPath()), null, null, false, 0);
    }

    static SourceHeaders headers(Path file) throws Exception {
        return SourceHeaders.read(FfprobeAnswer.read(JSON, probed(file)), List.of());
    }

    static String probed(Path file) throws Exception {
        return probed(file, SourceHeaders.ENTRIES);
    }

    static String probed(Path file, String entries) throws Exception {
        Process probe = new ProcessBuilder(
                        "ffprobe", "-v", "error", "-show_entries", entries, "-of", "json", file.toString())
                .start();
        String answer = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).isZero();
        return answer;
    }

    /** Frames that are decoded, each by its time. */
    static List<String> frames(Path file) throws Exception {
        List<String> options =
                List.of("-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0");
        // Each encoder begins with a message about itself, which is a field of its frame.
        return listed(options, file).stream()
                .map(line -> line.replace(",", ""))
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** The lines that ffprobe prints about a file. */
    static List<String> listed(List<String> options, Path file) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffprobe"));
        line.addAll(options);
        line.add(file.toString());
        Process ffprobe = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines = ffprobe.inputReader()) {
            List<String> all = lines.lines().toList();
            assertThat(ffprobe.waitFor()).isZero();
            return all;
        }
    }

    static void run(Path folder, String options, Path made) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-y"));
        line.addAll(List.of(options.split(" ")));
        line.add(made.toString());
        run(folder, line);
    }

    static void run(Path folder, List<String> line) throws Exception {
        File errors = folder.resolve("errors.txt").toFile();
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors);
        // As the worker starts it.
        builder.environment().put("SVT_LOG", "1");
        Process ffmpeg = builder.start();
        if (!ffmpeg.waitFor(PATIENCE, TimeUnit.MINUTES)) {
            // Some encoders that hang do not end by anything else.
            ffmpeg.destroyForcibly();
        }
        assertThat(ffmpeg.waitFor()).as(Files.readString(errors.toPath())).isZero();
    }

    /** Plans the job and lets ffmpeg make it. */
    PlannedResult make(String asked) throws Exception {
        TranscodePlan plan = plan(asked);
        SourceHeaders made = finish(plan);
        assertThat(made.videos().get(0).frames()).isEqualTo(plan.result().frames());
        assertThat(made.audios()).hasSize(plan.result().audio() ? 1 : 0);
        return plan.result();
    }

    /** Lets ffmpeg make what is planned, and once more until it has its size, as the route does it. */
    SourceHeaders finish(TranscodePlan plan) throws Exception {
        SourceHeaders made = run(plan);
        planner.takeSize(job, target);
        while (target.isOpen()) {
            passes++;
            made = run(planner.plan(job, source, recipe, measured, target));
            planner.takeSize(job, target);
        }
        return made;
    }

    /** Lets ffmpeg make what is planned, without a complaint. */
    SourceHeaders run(TranscodePlan plan) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg"));
        line.addAll(plan.command().arguments());
        run(job.getFolder(), line);
        assertThat(job.getFolder().resolve("errors.txt")).isEmptyFile();
        return headers(job.getResult().toPath());
    }

    /** Makes the files, which are checked as the worker does. */
    Map<String, MadeOutput> makeAll(String asked) throws Exception {
        TranscodePlan plan = plan(asked);
        return check(plan, finish(plan));
    }

    static Map<String, MadeOutput> check(TranscodePlan plan, SourceHeaders made) throws Exception {
        OutputCheck check = new OutputCheck(JSON, MediaSettings.DEFAULTS);
        MadeOutputs outputs = check.begin(plan, made, null);
        while (outputs.isUnchecked()) {
            check.read(probed(Path.of(outputs.nextUnchecked().file().toString())), outputs);
        }
        Map<String, MadeOutput> byName = new LinkedHashMap<>();
        outputs.getFiles().forEach(file -> byName.put(file.name(), file));
        return byName;
    }

    TranscodePlan plan(String asked) throws Exception {
        List<AskedTransformation> list = new ArrayList<>();
        for (JsonNode item : TransformationRecipe.parse(asked)) {
            list.add(AskedTransformation.read(item));
        }
        return plan(catalogue.apply(list));
    }

    /** As the route does it. */
    TranscodePlan plan(List<AppliedTransformation> applied) throws Exception {
        Loudness loudness = planner.beginLoudness(source, applied);
        while (loudness.isOpen()) {
            ToolCommand command = planner.planMeasurement(job, source, applied, loudness);
            List<String> line = new ArrayList<>(List.of("ffmpeg"));
            line.addAll(command.arguments());
            Process ffmpeg = new ProcessBuilder(line)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader found = ffmpeg.inputReader()) {
                found.lines().forEach(command.lines());
            }
            assertThat(ffmpeg.waitFor()).isZero();
            planner.takeLoudness(loudness);
            measurements++;
        }
        measured = loudness;
        recipe = applied;
        passes = 1;
        target = planner.beginSize(source, applied);
        if (target.isWanted()) {
            List<String> line = new ArrayList<>(List.of("ffmpeg"));
            line.addAll(planner.planFirstPass(job, source, applied, loudness, target)
                    .arguments());
            run(job.getFolder(), line);
        }
        return planner.plan(job, source, applied, loudness, target);
    }

    Track made() throws Exception {
        return headers(job.getResult().toPath()).videos().get(0);
    }

    /** A file that the job has made. */
    Path file(String name) {
        return job.getFolder().resolve(name);
    }

    /** One frame of the result. */
    SeenFrame frame(int number) throws Exception {
        return SeenFrame.of(job.getResult().toPath(), number);
    }

    /** The brightness at one place of one frame of the result, 16 to 235. */
    int grey(int frame, int x, int y) throws Exception {
        return frame(frame).luma(x, y);
    }

    void useSound(String sound) throws Exception {
        Files.deleteIfExists(job.getOriginal().toPath());
        run(
                job.getFolder(),
                List.of(
                        "ffmpeg",
                        "-v",
                        "error",
                        "-y",
                        "-f",
                        "lavfi",
                        "-i",
                        "testsrc2=s=64x36:r=25:d=4",
                        "-f",
                        "lavfi",
                        "-i",
                        sound,
                        "-c:v",
                        "libx264",
                        "-preset",
                        "ultrafast",
                        "-c:a",
                        "flac",
                        "-strict",
                        "-2",
                        "-f",
                        "mp4",
                        job.getOriginal().toString()));
        readOriginal();
    }

    void useOriginal(String picture, String sound) throws Exception {
        Files.deleteIfExists(job.getOriginal().toPath());
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture));
        if (sound != null) {
            line.addAll(List.of("-f", "lavfi", "-i", sound));
        }
        line.addAll(
                List.of("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p", "-c:a", "aac"));
        line.addAll(List.of("-f", "mp4", job.getOriginal().toString()));
        run(job.getFolder(), line);
        readOriginal();
    }

    /** An original of 1080 lines, a second long, with sound. */
    void useLargeOriginal() throws Exception {
        run(
                job.getFolder(),
                "-f lavfi -i testsrc2=s=1920x1080:r=25:d=1 -f lavfi -i sine=frequency=440:duration=1 -c:v libx264"
                        + " -preset ultrafast -pix_fmt yuv420p -c:a aac -f mp4",
                job.getOriginal().toPath());
        readOriginal();
    }
}
