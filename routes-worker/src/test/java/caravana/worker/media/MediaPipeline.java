package caravana.worker.media;

import caravana.job.CodedFailure;
import caravana.transformation.TransformationCatalogue;
import caravana.worker.WorkerSettings;
import caravana.worker.exec.ToolCommand;
import caravana.worker.exec.ToolFailedException;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** Probe, plan, transcoding and check of one file, as the routes put them together, with the real ffmpeg and no queue. */
final class MediaPipeline {

    /**
     * What became of a file.
     *
     * @param verdict {@code processed}, or the code with which it fails
     * @param sentence of a refusal
     * @param source null when it was refused before
     * @param planned null when it was refused before
     * @param truncated whether it counts as truncated
     * @param info what source and result are; null when it was refused
     * @param warnings by their codes
     * @param folder with the files of the job
     */
    record Outcome(
            String verdict,
            String sentence,
            SourceTimeline source,
            PlannedResult planned,
            boolean truncated,
            MediaInfo.Both info,
            List<String> warnings,
            Path folder) {

        Path result() {
            return folder.resolve("video.mp4");
        }
    }

    private final Path workFolder;
    private final ObjectMapper json = new ObjectMapper();
    private final TransformationCatalogue catalogue = new TransformationCatalogue();
    private final MediaProbe probe = new MediaProbe(json, MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
    private final ResultCheck check = new ResultCheck(json, MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
    private final MediaReport report = new MediaReport();
    private final TranscodePlanner planner;

    private int runs;
    private String errors;

    MediaPipeline(Path workFolder) {
        this.workFolder = workFolder;
        planner = new TranscodePlanner(
                catalogue, MediaSettings.assets(workFolder), MediaSettings.DEFAULTS, WorkerSettings.LIMITS);
    }

    List<String> defaultSet() {
        return catalogue.defaultSet();
    }

    /** Runs the whole over a file. */
    Outcome run(byte[] original, List<String> transformations) throws IOException, InterruptedException {
        RunningJob job = RunningJobs.inFolder(Files.createDirectories(workFolder.resolve("job" + runs++)));
        Files.write(job.getOriginal().toPath(), original);
        SourceTimeline source = null;
        PlannedResult planned = null;
        try {
            SourceHeaders headers = headers(job);
            Measurement measurement = headers.isMeasurementNeeded() ? measure(job, headers) : null;
            String measuringErrors = errors;
            AudioDecoding decoding = planner.keepsSound(transformations, headers) ? decode(job, headers) : null;
            source = probe.readTimeline(headers, measurement, decoding, measuringErrors, job);
            TranscodePlan plan = planner.plan(job, source, transformations);
            planned = plan.result();
            run(job, "ffmpeg", plan.command());
            String transcodingErrors = errors;
            Exchange exchange = new DefaultExchange(new DefaultCamelContext());
            exchange.setProperty("facts", probe.facts(source, job));
            check.read(run(job, "ffprobe", check.plan(job)), planned, source, transcodingErrors, exchange);
            double missing = exchange.getProperty("missing_seconds", Double.class);
            if (missing > 0) {
                check.explain(
                        measurement == null ? measure(job, headers) : measurement,
                        transcodingErrors,
                        missing,
                        planned,
                        source,
                        exchange.getProperty("facts", MediaFacts.class),
                        exchange);
            }
            boolean truncated = exchange.getProperty("facts", MediaFacts.class).truncated();
            SourceHeaders result = exchange.getProperty("result", SourceHeaders.class);
            List<String> warnings =
                    report.warnings(headers, source, planned, result, missing, transcodingErrors).all().stream()
                            .map(MediaWarning::code)
                            .toList();
            MediaInfo.Both info = report.info(job, headers, source, planned, result);
            return new Outcome("processed", "", source, planned, truncated, info, warnings, job.getFolder());
        } catch (RejectedMediaException | OutputInvalidException e) {
            return refused(((CodedFailure) e).code(), e, source, planned, job);
        } catch (ToolFailedException e) {
            return refused(e.code(), e, source, planned, job);
        }
    }

    private static Outcome refused(
            String code, Exception e, SourceTimeline source, PlannedResult planned, RunningJob job) {
        return new Outcome(code, e.getMessage(), source, planned, false, null, List.of(), job.getFolder());
    }

    private SourceHeaders headers(RunningJob job) throws IOException, InterruptedException {
        try {
            return probe.readHeaders(run(job, "ffprobe", probe.plan(job)), null);
        } catch (UnreadableTracksException unreadable) {
            run(job, "ffmpeg", probe.planRemoval(job, unreadable));
            probe.takeRest(job);
            return probe.readHeaders(run(job, "ffprobe", probe.plan(job)), unreadable);
        }
    }

    private AudioDecoding decode(RunningJob job, SourceHeaders headers) throws IOException, InterruptedException {
        AudioDecoding decoding = probe.planAudioDecoding(job, headers);
        run(job, "ffprobe", decoding.getCommand());
        return decoding;
    }

    private Measurement measure(RunningJob job, SourceHeaders headers) throws IOException, InterruptedException {
        Measurement measurement = probe.planMeasurement(job, headers);
        run(job, "ffprobe", measurement.command());
        return measurement;
    }

    private String run(RunningJob job, String tool, ToolCommand command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(tool));
        line.addAll(command.arguments());
        Path said = job.getFolder().resolve("errors.txt");
        Process process = new ProcessBuilder(line)
                .directory(job.getFolder().toFile())
                .redirectError(said.toFile())
                .start();
        StringBuilder document = new StringBuilder();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            out.lines().forEach(text -> {
                if (command.output() == ToolCommand.Output.LINES) {
                    command.lines().accept(text);
                } else {
                    document.append(text).append('\n');
                }
            });
        }
        int status = process.waitFor();
        errors = Files.readString(said, StandardCharsets.ISO_8859_1).strip();
        if (status != 0) {
            throw Optional.ofNullable(command.onError().meaning(status, errors))
                    .orElseThrow(() -> new IllegalStateException(tool + " ended with " + status + ": " + errors));
        }
        return document.toString().strip();
    }

    /** What ffprobe says of a result. */
    JsonNode described(Path result) throws IOException, InterruptedException {
        Process ffprobe = new ProcessBuilder(
                        "ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", result.toString())
                .start();
        JsonNode described = json.readTree(ffprobe.getInputStream().readAllBytes());
        ffprobe.waitFor();
        return described;
    }
}
