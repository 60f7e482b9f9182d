package caravana.load;

import caravana.measure.Figures;
import caravana.measure.Phases;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * One run of the workers' plan: when each video was uploaded, claimed and processed, by the times in the rows.
 *
 * @param name name of the run, for people
 * @param wanted number of videos to process
 * @param begin when the workers were resumed; if they were never paused, when the first video was uploaded
 */
record Clearing(String name, int wanted, Instant begin, List<Job> jobs) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One processed video.
     *
     * @param ready when it could be claimed: it had come, and the workers had begun
     * @param phases milliseconds of each phase from its claim on, in order
     */
    record Job(Instant ready, Instant processed, Map<String, Long> phases) {

        long serviceMillis() {
            return phases.values().stream().mapToLong(Long::longValue).sum();
        }

        Instant claimed() {
            return processed.minusMillis(serviceMillis());
        }

        double serviceSeconds() {
            return serviceMillis() / 1000.0;
        }

        double waitSeconds() {
            return Math.max(0, claimed().toEpochMilli() - ready.toEpochMilli()) / 1000.0;
        }
    }

    static Clearing of(String name, int wanted, JMeter.Run run) throws JsonProcessingException {
        List<Map<String, String>> finished = run.of("finished").stream()
                .filter(sample -> sample.get("status").equals("processed"))
                .toList();
        Instant begin = run.of("resume").stream()
                .map(sample -> Instant.ofEpochMilli(Long.parseLong(sample.get("timeStamp"))))
                .findFirst()
                .or(() -> finished.stream()
                        .map(sample -> Instant.parse(sample.get("uploaded_at")))
                        .min(Comparator.naturalOrder()))
                .orElse(Instant.EPOCH);
        List<Job> jobs = new ArrayList<>();
        for (Map<String, String> sample : finished) {
            Instant uploaded = Instant.parse(sample.get("uploaded_at"));
            jobs.add(new Job(
                    uploaded.isAfter(begin) ? uploaded : begin,
                    Instant.parse(sample.get("processed_at")),
                    Phases.of(JSON.readTree(sample.get("phase_ms")))));
        }
        return new Clearing(name, wanted, begin, jobs);
    }

    int unfinished() {
        return wanted - jobs.size();
    }

    /** Seconds from the beginning until the last video was processed. */
    double makespan() {
        return jobs.stream().mapToDouble(job -> since(job.processed())).max().orElse(Double.NaN);
    }

    double perMinute() {
        return jobs.size() * 60 / makespan();
    }

    List<Double> services() {
        return jobs.stream().map(Job::serviceSeconds).toList();
    }

    List<Double> waits() {
        return jobs.stream().map(Job::waitSeconds).toList();
    }

    /** Seconds of a phase, the median of all videos; 0 when no video had it. */
    double phase(String phase) {
        return jobs.isEmpty()
                ? 0
                : Figures.median(jobs.stream()
                        .map(job -> job.phases().getOrDefault(phase, 0L) / 1000.0)
                        .toList());
    }

    /** How many videos waited, over the seconds since the beginning: a point before and one after each change. */
    List<double[]> depth() {
        List<double[]> changes = new ArrayList<>();
        for (Job job : jobs) {
            changes.add(new double[] {since(job.ready()), 1});
            changes.add(new double[] {Math.max(since(job.ready()), since(job.claimed())), -1});
        }
        // What comes at once comes before what goes.
        changes.sort(Comparator.<double[]>comparingDouble(c -> c[0]).thenComparing(c -> -c[1]));
        List<double[]> points = new ArrayList<>();
        double depth = 0;
        for (double[] change : changes) {
            points.add(new double[] {change[0], depth});
            depth += change[1];
            points.add(new double[] {change[0], depth});
        }
        return points;
    }

    /** How fast the queue grew while videos came, in videos a minute, from its depth at every second. */
    double growthPerMinute() {
        double end = jobs.stream().mapToDouble(job -> since(job.ready())).max().orElse(0);
        List<double[]> seconds = new ArrayList<>();
        for (int second = 0; second <= end; second++) {
            int now = second;
            long waiting = jobs.stream()
                    .filter(job -> since(job.ready()) <= now && since(job.claimed()) > now)
                    .count();
            seconds.add(new double[] {second, waiting});
        }
        return Figures.slope(seconds) * 60;
    }

    private double since(Instant time) {
        return (time.toEpochMilli() - begin.toEpochMilli()) / 1000.0;
    }
}
