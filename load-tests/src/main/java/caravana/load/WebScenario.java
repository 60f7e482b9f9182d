package caravana.load;

import caravana.measure.Account;
import caravana.measure.Figures;
import caravana.measure.Project;
import caravana.measure.Results;
import caravana.measure.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Scenario 1: how many users web serves, and how it receives uploads of growing size. No worker runs. */
final class WebScenario {

    private static final double ERRORS_PERCENT = 5;
    private static final int SMOKE_SECONDS = 4;
    private static final double SUSTAINED = 0.8;
    private static final List<String> WAYS = List.of("raw", "multipart");
    private static final List<Double> PERCENTILES = List.of(50.0, 75.0, 90.0, 95.0, 99.0);

    private final Target target;
    private final Profile profile;
    private final Results results;
    private final Path folder;

    /** One run of the plan. */
    private record Step(String name, int users, JMeter.Run run) {

        /** Its name in results and folders. */
        String slug() {
            return WebScenario.slug(name);
        }

        List<Map<String, String>> answers() {
            return run.samples().stream()
                    .filter(s -> s.get("label").equals("status") || WAYS.contains(s.get("label")))
                    .toList();
        }

        List<Map<String, String>> good() {
            return answers().stream()
                    .filter(s -> s.get("success").equals("true"))
                    .toList();
        }

        double errorPercent() {
            return answers().isEmpty()
                    ? 100
                    : 100.0 * (answers().size() - good().size()) / answers().size();
        }

        /** Milliseconds that good answers took: {@code app_ms} in the app, {@code elapsed} in all. */
        List<Double> millis(String label, String field) {
            return good().stream()
                    .filter(s -> s.get("label").equals(label))
                    .map(s -> Double.valueOf(s.get(field)))
                    .toList();
        }

        Set<String> labels() {
            Set<String> labels = new LinkedHashSet<>();
            answers().forEach(s -> labels.add(s.get("label")));
            return labels;
        }

        double seconds() {
            long first = answers().stream()
                    .mapToLong(s -> Long.parseLong(s.get("timeStamp")))
                    .min()
                    .orElse(0);
            long last = answers().stream()
                    .mapToLong(s -> Long.parseLong(s.get("timeStamp")) + Long.parseLong(s.get("elapsed")))
                    .max()
                    .orElse(0);
            return (last - first) / 1000.0;
        }

        /** Seconds; the highest p95 among the kinds of request. */
        double appP95() {
            return labels().stream()
                    .mapToDouble(label -> Figures.percentile(millis(label, "app_ms"), 95) / 1000)
                    .max()
                    .orElse(Double.NaN);
        }
    }

    WebScenario(Target target, Profile profile, Results results) throws IOException {
        this.target = target;
        this.profile = profile;
        this.results = results;
        this.folder = Project.runFolder("web-" + profile.label());
    }

    private static String slug(String name) {
        return name.toLowerCase(Locale.ROOT).replace(" mb", "mb").replace(" ", "-");
    }

    void run() throws IOException, InterruptedException {
        List<String[]> files = Project.makeMedia(
                Stream.concat(Stream.of(1), profile.uploadMegabytes.stream()).toList());

        List<Step> steps = new ArrayList<>();
        steps.add(users("smoke", Profile.SMOKE_USERS, 1, SMOKE_SECONDS));
        int best = 0;
        for (int users : profile.users) {
            Step step = users(users + " users", users, profile.rampSeconds, profile.holdSeconds);
            steps.add(step);
            best = step.run().held() ? users : best;
        }
        if (!profile.users.isEmpty()) {
            results.atLeast("load-web-users", best, "users", profile.users.get(0));
            int sustained = (int) Math.round(SUSTAINED * Math.max(best, profile.users.get(0)));
            steps.add(users("sustained", sustained, profile.rampSeconds, profile.holdSeconds));
        }
        Step last = steps.get(steps.size() - 1);
        results.atMost("load-web-" + last.slug() + "-app-p95", last.appP95(), "s", profile.appP95Seconds);
        results.atMost("load-web-" + last.slug() + "-errors", last.errorPercent(), "percent", ERRORS_PERCENT);

        List<Step> uploads = new ArrayList<>();
        for (int megabytes : profile.uploadMegabytes) {
            for (String way : WAYS) {
                Step step = uploads(megabytes, way);
                uploads.add(step);
                results.atMost("load-web-" + step.slug() + "-app-p95", step.appP95(), "s", profile.appP95Seconds);
                results.atMost("load-web-" + step.slug() + "-errors", step.errorPercent(), "percent", ERRORS_PERCENT);
            }
        }
        report(files, steps, uploads, best);
    }

    /** Users who ask for a status nine times out of ten, and else upload 1 MB. */
    private Step users(String name, int users, int rampSeconds, int holdSeconds)
            throws IOException, InterruptedException {
        return step(
                name,
                users,
                Map.of(
                        "ramp.s", String.valueOf(rampSeconds),
                        "duration.s", String.valueOf(rampSeconds + holdSeconds),
                        "file", Project.video(1).toString()));
    }

    /** Users who upload one file after the other, without a pause. */
    private Step uploads(int megabytes, String way) throws IOException, InterruptedException {
        return step(
                megabytes + " MB " + way,
                Profile.SMOKE_USERS,
                Map.of(
                        "ramp.s", "1",
                        "duration.s", String.valueOf(1 + profile.uploadSeconds),
                        "status.percent", "0",
                        "upload.percent", "100",
                        "pause.min.ms", "0",
                        "pause.spread.ms", "0",
                        "way", way,
                        "file", Project.video(megabytes).toString()));
    }

    private Step step(String name, int users, Map<String, String> properties) throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(properties);
        all.put("users", String.valueOf(users));
        all.put("app.p95.ms.max", String.valueOf(profile.appP95Seconds * 1000));
        all.put("errors.percent.max", String.valueOf(ERRORS_PERCENT));
        Account account = new Account(target.web());
        try {
            all.put("token", account.token());
            Step step = new Step(
                    name,
                    users,
                    JMeter.run(
                            "scenario-1-web.jmx",
                            target.web(),
                            all,
                            List.of("app_ms"),
                            folder.resolve(slug(name)),
                            profile != Profile.SMOKE));
            System.out.println("web, " + name + ": " + step.run().verdict());
            return step;
        } finally {
            account.deleteVideos();
        }
    }

    private void report(List<String[]> files, List<Step> steps, List<Step> uploads, int best)
            throws IOException, InterruptedException {
        Report report = new Report(folder, "Load on web, " + profile.label() + " profile");
        report.text(Project.machine() + (target.own().isPresent() ? ", a local stack on the same CPUs as JMeter" : "")
                + ". App time is what Server-Timing says: from a request's arrival, or an upload's last byte, to its answer. "
                + "Total time is what the client sees, its sending included.");
        report.section("Users");
        if (!profile.users.isEmpty()) {
            String most = best == 0 ? "none of these" : String.valueOf(best);
            report.text("The most users that held (p95 of the app ≤ " + profile.appP95Seconds
                    + " s for each kind of request, errors ≤ 5 %): " + most + ".");
        }
        table(report, steps);
        report.plot(
                "latency",
                "Milliseconds in the app, by percentile: status",
                Plot.lines("percentile", "ms in the app", percentiles(steps, "status")));
        report.section("Uploads of " + Profile.SMOKE_USERS + " users");
        table(report, uploads);
        report.plot(
                "uploads",
                "MB a second of all users together",
                Plot.bars(
                        "file and way",
                        "MB/s",
                        List.of("MB/s"),
                        uploads.stream()
                                .map(step -> new Plot.Bar(step.name(), List.of(megabytesPerSecond(step))))
                                .toList()));
        report.section("Files");
        report.table(
                List.of("file", "seconds", "bytes"),
                files.stream().map(List::of).toList());
        report.write();
    }

    private static void table(Report report, List<Step> steps) {
        List<List<String>> rows = new ArrayList<>();
        for (Step step : steps) {
            for (String label : step.labels()) {
                List<Double> app = step.millis(label, "app_ms");
                List<Double> total = step.millis(label, "elapsed");
                rows.add(List.of(
                        step.name(),
                        String.valueOf(step.users()),
                        label,
                        String.valueOf(app.size()),
                        Figures.text(app.size() / step.seconds()),
                        Figures.text(Figures.percentile(app, 50)),
                        Figures.text(Figures.percentile(app, 95)),
                        Figures.text(Figures.percentile(app, 99)),
                        Figures.text(Figures.percentile(total, 50)),
                        Figures.text(Figures.percentile(total, 95)),
                        Figures.text(step.errorPercent()) + " %",
                        step.run().held() ? "yes" : "no"));
            }
        }
        report.table(
                List.of(
                        "step",
                        "users",
                        "request",
                        "answers",
                        "per s",
                        "app p50 ms",
                        "app p95",
                        "app p99",
                        "total p50 ms",
                        "total p95",
                        "errors of the step",
                        "held"),
                rows);
    }

    private static List<Plot.Line> percentiles(List<Step> steps, String label) {
        return steps.stream()
                .map(step -> new Plot.Line(
                        step.name(),
                        PERCENTILES.stream()
                                .map(p -> new double[] {p, Figures.percentile(step.millis(label, "app_ms"), p)})
                                .toList()))
                .toList();
    }

    private static double megabytesPerSecond(Step step) {
        double bytes = step.good().stream()
                .mapToDouble(s -> Double.parseDouble(s.get("sentBytes")))
                .sum();
        return bytes / 1e6 / step.seconds();
    }
}
