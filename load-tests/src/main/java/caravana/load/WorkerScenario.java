package caravana.load;

import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.ProcessFigures;
import caravana.measure.Project;
import caravana.measure.Results;
import caravana.measure.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Scenario 2: how fast workers process waiting jobs, and whether they keep up with new ones. */
final class WorkerScenario {

    /** Makespan ÷ what the same jobs would take if no worker ever waited for one. */
    private static final double DISPATCH = 1.05;

    private static final double BELOW = 0.7;
    private static final double ABOVE = 1.3;

    /** Below capacity, the queue may grow by this share of the arrivals. */
    private static final double STEADY = 0.05;

    private static final int CHECK_SLOTS = 2;
    private static final int MOST_THREADS = 6;
    private static final int ARRIVAL_THREADS = 4;
    private static final List<String> VARIABLES =
            List.of("video_id", "status", "uploaded_at", "processed_at", "phase_ms");

    /** What {@link #row} contains. */
    private static final List<String> CLEARING = List.of(
            "run", "processed", "makespan s", "videos/min", "wait p50 s", "wait p95", "service p50 s", "service p95");

    private final Target target;
    private final Profile profile;
    private final Results results;
    private final Path folder;
    private final List<Clearing> real = new ArrayList<>();
    private final List<Clearing> stub = new ArrayList<>();
    private final List<Clearing> arrivals = new ArrayList<>();
    private final List<Double> rates = new ArrayList<>();
    private final ModelCheck model = new ModelCheck();

    WorkerScenario(Target target, Profile profile, Results results) throws IOException {
        this.target = target;
        this.profile = profile;
        this.results = results;
        this.folder = Project.runFolder("worker-" + profile.label());
    }

    void run() throws IOException, InterruptedException {
        List<String[]> files = Project.makeMedia(Stream.of(profile.videoMegabytes, profile.checkMegabytes)
                .flatMap(List::stream)
                .toList());
        if (target.own().isPresent()) {
            Target.Own own = target.own().get();
            clearRealVideos(own);
            clearStubJobs(own);
            arrive(own);
            own.stopWorkers();
        } else {
            for (int megabytes : profile.videoMegabytes) {
                real.add(clear(megabytes + " MB", Project.video(megabytes), profile.videos));
            }
            results.skipped("load-worker-dispatch", "workers elsewhere cannot be counted or given a stub");
        }
        int unfinished = Stream.of(real, stub, arrivals)
                .flatMap(List::stream)
                .mapToInt(Clearing::unfinished)
                .sum();
        results.atMost("load-worker-unfinished", unfinished, "videos", 0);
        report(files);
    }

    private void clearRealVideos(Target.Own own) throws IOException, InterruptedException {
        for (int slots : profile.slots) {
            own.startWorkers(1, slots, Optional.empty());
            for (int megabytes : profile.videoMegabytes) {
                clearRealVideos(own, megabytes, slots, profile.videos);
            }
            if (slots == CHECK_SLOTS) {
                // Neither size nor number is one that the model is made of.
                for (int megabytes : profile.checkMegabytes) {
                    clearRealVideos(own, megabytes, slots, profile.videos + slots);
                }
            }
        }
    }

    private void clearRealVideos(Target.Own own, int megabytes, int slots, int videos)
            throws IOException, InterruptedException {
        long worker = own.workers().get(0).pid();
        own.pause();
        double before = ProcessFigures.cpuSecondsWithChildren(worker);
        String name = megabytes + " MB, " + slots + (slots == 1 ? " slot" : " slots");
        Clearing clearing = clear(name, Project.video(megabytes), videos);
        real.add(clearing);
        if (slots == 1) {
            model.learn(megabytes, clearing, (ProcessFigures.cpuSecondsWithChildren(worker) - before) / videos);
        } else {
            model.check(megabytes, slots, clearing);
        }
    }

    private void clearStubJobs(Target.Own own) throws IOException, InterruptedException {
        for (int workers : profile.workers) {
            own.startWorkers(workers, 1, Optional.of(Project.stub()));
            own.pause();
            String name = workers + (workers == 1 ? " worker" : " workers");
            Clearing clearing = clear(name, Project.shortVideo(), profile.stubJobs);
            stub.add(clearing);
            model.stub(workers, clearing);
            results.atMost("load-worker-dispatch-" + workers, dispatch(clearing, workers), "ratio", DISPATCH);
        }
    }

    private static double dispatch(Clearing clearing, int workers) {
        return clearing.makespan() / (clearing.jobs().size() * Figures.median(clearing.services()) / workers);
    }

    /** Videos that come at a steady rate, to the workers of the last clearing. */
    private void arrive(Target.Own own) throws IOException, InterruptedException {
        if (stub.isEmpty()) {
            return;
        }
        double capacity = stub.get(stub.size() - 1).perMinute();
        for (double share : List.of(BELOW, ABOVE)) {
            double rate = share * capacity;
            int each = (int) Math.ceil(rate * profile.arrivalSeconds / 60 / ARRIVAL_THREADS);
            arrivals.add(step(
                    Math.round(100 * share) + " % of capacity",
                    each * ARRIVAL_THREADS,
                    Map.of(
                            "upload.threads", String.valueOf(ARRIVAL_THREADS),
                            "uploads.per.thread", String.valueOf(each),
                            "arrivals.per.minute", String.valueOf(rate),
                            "file", Project.shortVideo().toString())));
            rates.add(rate);
        }
        model.arrivals(rates.get(1), profile.workers.get(profile.workers.size() - 1), arrivals.get(1));
        results.atMost(
                "load-worker-growth-below-capacity",
                Math.abs(arrivals.get(0).growthPerMinute()) / rates.get(0),
                "of-arrivals",
                STEADY);
    }

    /** Uploads videos, while the workers are paused if they are ours, and lets the workers clear them. */
    private Clearing clear(String name, Path file, int videos) throws IOException, InterruptedException {
        int threads = MOST_THREADS;
        while (videos % threads != 0) {
            threads--;
        }
        Map<String, String> properties = new HashMap<>();
        properties.put("upload.threads", String.valueOf(threads));
        properties.put("uploads.per.thread", String.valueOf(videos / threads));
        properties.put("file", file.toString());
        target.own().ifPresent(own -> properties.put("operator.token", own.operatorToken()));
        return step(name, videos, properties);
    }

    private Clearing step(String name, int videos, Map<String, String> properties)
            throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(properties);
        Account account = new Account(target.web());
        try {
            all.put("token", account.token());
            JMeter.Run run = JMeter.run(
                    "scenario-2-worker.jmx",
                    target.web(),
                    all,
                    VARIABLES,
                    folder.resolve(name.replaceAll("[^0-9A-Za-z]+", "-")),
                    profile != Profile.SMOKE);
            Clearing clearing = Clearing.of(name, videos, run);
            System.out.println("worker, " + name + ": " + clearing.jobs().size() + " of " + videos + " videos in "
                    + Figures.text(clearing.makespan()) + " s; " + run.verdict());
            return clearing;
        } finally {
            account.deleteVideos();
        }
    }

    private void report(List<String[]> files) throws IOException, InterruptedException {
        Report report = new Report(folder, "Load on workers, " + profile.label() + " profile");
        report.text(Project.machine()
                + (target.own().isPresent()
                        ? ", a local stack on the same CPUs as JMeter. Makespan counts from the moment that the paused "
                                + "workers are resumed."
                        : ". These workers were not paused: makespan counts from the first upload.")
                + " A job's service runs from its claim to its commit, its wait from when it could be claimed.");

        report.section("Real videos" + (target.own().isPresent() ? ", one worker" : ""));
        Set<String> phases = new LinkedHashSet<>();
        real.forEach(clearing ->
                clearing.jobs().forEach(job -> phases.addAll(job.phases().keySet())));
        List<String> head = new ArrayList<>(CLEARING);
        phases.forEach(phase -> head.add(phase + " s"));
        report.table(
                head,
                real.stream()
                        .map(clearing -> {
                            List<String> row = new ArrayList<>(row(clearing));
                            phases.forEach(phase -> row.add(Figures.text(clearing.phase(phase))));
                            return row;
                        })
                        .toList());
        report.plot(
                "phases",
                "Where a job's time goes, seconds, medians",
                Plot.bars(
                        "video and slots",
                        "s",
                        List.copyOf(phases),
                        real.stream()
                                .map(clearing -> new Plot.Bar(
                                        clearing.name(),
                                        phases.stream().map(clearing::phase).toList()))
                                .toList()));
        report.plot("depth", "Videos that wait", Plot.lines("s", "videos that wait", depths(real)));

        if (!stub.isEmpty()) {
            report.section("Clearing time, two-second stub for ffmpeg, one slot each");
            report.table(CLEARING, stub.stream().map(WorkerScenario::row).toList());
            report.plot(
                    "workers",
                    "Videos a minute, by workers",
                    Plot.bars(
                            "workers",
                            "videos/min",
                            List.of("videos/min"),
                            stub.stream()
                                    .map(clearing -> new Plot.Bar(clearing.name(), List.of(clearing.perMinute())))
                                    .toList()));
            report.plot("clearing", "Videos that wait", Plot.lines("s", "videos that wait", depths(stub)));

            report.section("Steady arrivals");
            List<List<String>> rows = new ArrayList<>();
            for (int i = 0; i < arrivals.size(); i++) {
                Clearing clearing = arrivals.get(i);
                rows.add(List.of(
                        clearing.name(),
                        Figures.text(rates.get(i)),
                        Figures.text(clearing.growthPerMinute()),
                        Figures.text(Figures.percentile(clearing.waits(), 50)),
                        Figures.text(Figures.percentile(clearing.waits(), 95)),
                        Figures.text(Figures.percentile(clearing.services(), 50)),
                        Figures.text(Figures.percentile(clearing.services(), 95))));
            }
            report.table(
                    List.of(
                            "arrivals",
                            "per min",
                            "queue grows per min",
                            "wait p50 s",
                            "wait p95",
                            "service p50 s",
                            "service p95"),
                    rows);
            report.plot("arrivals", "Videos that wait", Plot.lines("s", "videos that wait", depths(arrivals)));
        }
        model.report(report, results);
        report.section("Files");
        report.table(
                List.of("file", "seconds", "bytes"),
                files.stream().map(List::of).toList());
        report.write();
    }

    private static List<String> row(Clearing clearing) {
        return List.of(
                clearing.name(),
                clearing.jobs().size() + " of " + clearing.wanted(),
                Figures.text(clearing.makespan()),
                Figures.text(clearing.perMinute()),
                Figures.text(Figures.percentile(clearing.waits(), 50)),
                Figures.text(Figures.percentile(clearing.waits(), 95)),
                Figures.text(Figures.percentile(clearing.services(), 50)),
                Figures.text(Figures.percentile(clearing.services(), 95)));
    }

    private static List<Plot.Line> depths(List<Clearing> clearings) {
        return clearings.stream()
                .map(clearing -> new Plot.Line(clearing.name(), clearing.depth()))
                .toList();
    }
}
