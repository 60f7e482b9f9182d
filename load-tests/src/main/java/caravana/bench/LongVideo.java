package caravana.bench;

import caravana.local.AppProcess;
import caravana.local.SampleVideo;
import caravana.measure.Account;
import caravana.measure.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a video of three hours needs of a worker, which encodes it in parts: the most memory of its JVM and its tools, compared
 * with a video of ten minutes, and the most disk, compared with the original.
 */
final class LongVideo implements Benchmark {

    private static final int MINUTE = 60;
    private static final int SHORT_MINUTES = 10;
    private static final int LONG_MINUTES = 180;
    private static final double MEMORY_RATIO = 1.1;

    /** The volume of a worker has room for twice the largest original in each slot. */
    private static final double DISK_RATIO = 2;

    private static final double MB = 1_000_000;
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /** The most of one job, in bytes. */
    private record Most(long memory, long disk) {}

    @Override
    public List<String> names() {
        return List.of("three-hours-memory", "three-hours-disk");
    }

    @Override
    public void run(Setting setting) throws Exception {
        if (!setting.thorough()) {
            names().forEach(name -> setting.results().skipped(name, "it takes ten minutes; run it with --long"));
            return;
        }
        Path minute = SampleVideo.make(setting.folder().resolve("minute.mp4"), "160x90", MINUTE, "-g", "60");
        Path small = SampleVideo.repeat(minute, SHORT_MINUTES, setting.folder().resolve("short.mp4"));
        Path large = SampleVideo.repeat(minute, LONG_MINUTES, setting.folder().resolve("long.mp4"));
        try (Target target =
                Target.ofOwn(Map.of("CARAVANA_VIDEO_MAX_DURATION", "4h", "CARAVANA_MEDIA_PARTS_FROM", "1s"))) {
            Most ofSmall = process(target, small);
            Most ofLarge = process(target, large);
            setting.results()
                    .atMost(
                            "three-hours-memory",
                            (double) ofLarge.memory() / ofSmall.memory(),
                            "ratio",
                            MEMORY_RATIO,
                            "three-hours=" + Math.round(ofLarge.memory() / MB) + "MB ten-minutes="
                                    + Math.round(ofSmall.memory() / MB) + "MB");
            setting.results()
                    .atMost(
                            "three-hours-disk",
                            (double) ofLarge.disk() / Files.size(large),
                            "ratio",
                            DISK_RATIO,
                            "disk=" + Math.round(ofLarge.disk() / MB) + "MB original="
                                    + Math.round(Files.size(large) / MB) + "MB");
        }
    }

    /** By a new worker, so that no job before it has grown its heap. */
    private static Most process(Target target, Path video) throws Exception {
        Target.Own own = target.own().orElseThrow();
        own.startWorkers(1, 1, Optional.empty());
        AppProcess worker = own.workers().get(0);
        Path work = own.workFolder();
        Account account = new Account(target.web());
        String id = account.upload(video, List.of("transcodificacion"));
        Peak memory = Peak.of(() -> Memory.withTools(worker));
        Peak disk = Peak.of(() -> size(work));
        account.awaitProcessed(List.of(id), PATIENCE);
        account.deleteVideos();
        return new Most(memory.end(), disk.end());
    }

    /** In bytes. A kept original and the one of the job are two names of the same file. */
    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            Map<Object, Long> sizes = new HashMap<>();
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                sizes.put(attributes.fileKey(), attributes.size());
            }
            return sizes.values().stream().mapToLong(Long::longValue).sum();
        } catch (UncheckedIOException vanished) {
            // The job removes files while they are counted; the next look sees what is left.
            throw vanished.getCause();
        }
    }
}
