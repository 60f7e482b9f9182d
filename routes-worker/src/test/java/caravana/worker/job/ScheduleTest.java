package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.worker.job.SimulatedTime.Served;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long accounts wait, how fairly they are served, and what forecasts are worth, over hours of simulated time. */
@Tag("slow")
@SampledClass(turn = 5)
class ScheduleTest {

    private static final int SLOTS = 3;
    private static final double FOR_EVER = Double.MAX_VALUE;

    private static String account(int number) {
        return "00000000-0000-4000-8000-%012d".formatted(number);
    }

    private static double percentile(List<Double> values, double percent) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get((int) Math.ceil(percent / 100 * sorted.size()) - 1);
    }

    /** What the second account waits for, in service times. */
    private record Waits(List<Double> apart, List<Double> together) {}

    /**
     * One account has a backlog; another comes with five videos, each when the one before is ready, and later with five at
     * once.
     */
    private static Waits besideABacklog(long seed, int units, double from) {
        Random random = new Random(seed);
        double service = 20;
        List<Served> second = new ArrayList<>();
        List<String> together = new ArrayList<>();
        int[] left = {4};
        SimulatedTime[] time = new SimulatedTime[1];
        try (SimulatedTime simulated = new SimulatedTime(SLOTS, done -> {
            if (done.account().equals(account(2))) {
                second.add(done);
                if (left[0]-- > 0) {
                    time[0].upload(account(2), service - 1, service);
                }
            }
        })) {
            time[0] = simulated;
            // The first three are of different lengths, so that slots do not become free at the same moment.
            for (int i = 0; i < units; i++) {
                simulated.upload(account(1), service - 1, i < SLOTS ? service * (1 + random.nextDouble()) : service);
            }
            double begin = from + service * random.nextDouble();
            simulated.at(begin, () -> simulated.upload(account(2), service - 1, service));
            simulated.at(begin + 20 * service, () -> {
                for (int i = 0; i < 5; i++) {
                    together.add(simulated.upload(account(2), service - 1, service));
                }
            });
            simulated.run(begin + 40 * service);
        }
        assertThat(second).hasSize(10);
        return new Waits(
                second.stream()
                        .filter(done -> !together.contains(done.video()))
                        .map(done -> done.waited() / service)
                        .toList(),
                second.stream()
                        .filter(done -> together.contains(done.video()))
                        .map(done -> done.waited() / service)
                        .toList());
    }

    /**
     * Five at once get half of the three slots, as long as they need more than one: the last of them begins after two more
     * service times and two thirds at the latest. Were all of them served before anything else, its wait could still be 1.67.
     */
    @Test
    void whoComesBesideABacklogWaitsAsLongAsOneUnitTakes() {
        int runs = Sample.size("runs beside a backlog", 2, 40);
        // A step of priority is worth ten minutes of waiting, and there are four: three times as long, and more.
        Map<String, Double> backlogs = Map.of("200 videos", 0.0, "three times the longest wait", 3 * 2400.0);
        backlogs.forEach((name, from) -> {
            List<Double> apart = new ArrayList<>();
            List<Double> together = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                Waits waits = besideABacklog(Sample.SEED + run, from == 0 ? 200 : 1300, from);
                apart.addAll(waits.apart());
                together.addAll(waits.together());
            }
            System.out.printf(
                    "RESULT wait-beside-backlog backlog=\"%s\" seed=%d runs=%d p95_service_times=%.2f target=1.5"
                            + " five_at_once_p95=%.2f%n",
                    name, Sample.SEED, runs, percentile(apart, 95), percentile(together, 95));
            assertThat(percentile(apart, 95)).as(name).isLessThanOrEqualTo(1.5);
            assertThat(together).as(name).allMatch(wait -> wait <= 3.67);
        });
    }

    /**
     * Ten accounts whose arrivals differ by a hundred times. Units take a second at most, and are predicted to take one: the
     * rest is corrected at their end.
     */
    @Test
    void accountsAreServedByTheirWeightsWhateverTheySend() throws IOException {
        int minutes = Sample.size("minutes of ten accounts that compete", 3, 15);
        Random random = new Random(Sample.SEED);
        int accounts = 10;
        double capacity = SLOTS / 0.65;
        double skew = Math.pow(100, 1.0 / (accounts - 1));
        double sum =
                IntStream.range(0, accounts).mapToDouble(i -> Math.pow(skew, i)).sum();
        List<Served> all = new ArrayList<>();
        Map<String, Integer> weights = new HashMap<>();
        Map<String, Integer> sent = new HashMap<>();
        double end = 60.0 * minutes;
        try (SimulatedTime time = new SimulatedTime(SLOTS, all::add)) {
            for (int i = 0; i < accounts; i++) {
                String account = account(i);
                int weight = 1 + i % 4;
                weights.put(account, weight);
                // Four times as much as can be done; the first arrives at once, so that its account has its weight from
                // then
                // on.
                double rate = 4 * capacity * Math.pow(skew, i) / sum;
                for (double at = 0; at < end; at += -Math.log(1 - random.nextDouble()) / rate) {
                    boolean first = at == 0;
                    sent.merge(account, 1, Integer::sum);
                    double seconds = 0.3 + 0.7 * random.nextDouble();
                    time.at(at, () -> {
                        time.upload(account, 0, seconds);
                        if (first) {
                            time.jdbc()
                                    .update(
                                            "UPDATE shares SET weight = ? WHERE owner_id = CAST(? AS uuid)",
                                            weight,
                                            account);
                        }
                    });
                }
            }
            time.run(end);
        }

        SharePlot.write(Path.of("target", "fairness.svg"), all, weights, sent, end);
        double worst = 1;
        int windows = 0;
        for (int from = 0; from + 60 <= end; from += 5) {
            List<Double> shares = new ArrayList<>();
            for (Map.Entry<String, Integer> account : weights.entrySet()) {
                List<Served> own = all.stream()
                        .filter(done -> done.account().equals(account.getKey()))
                        .toList();
                if (isBackloggedAllThrough(own, from, from + 60)) {
                    shares.add(service(own, from, from + 60) / account.getValue());
                }
            }
            if (shares.size() > 1) {
                windows++;
                worst = Math.min(worst, jain(shares));
            }
        }
        // In order of arrival, three slots would never rest either: after the first moments, there is always work.
        double throughput = service(all, 10, end - 2) / (SLOTS * (end - 12));
        System.out.printf(
                "RESULT fair-schedule seed=%d accounts=%d units=%d windows=%d jain_min=%.4f target=0.98"
                        + " throughput_of_first_come=%.4f target=0.99%n",
                Sample.SEED, accounts, all.size(), windows, worst, throughput);
        assertThat(all).hasSizeGreaterThan(200);
        assertThat(windows).isPositive();
        assertThat(worst).isGreaterThanOrEqualTo(0.98);
        assertThat(throughput).isGreaterThanOrEqualTo(0.99);
    }

    private static double jain(List<Double> shares) {
        double sum = shares.stream().mapToDouble(share -> share).sum();
        double squares = shares.stream().mapToDouble(share -> share * share).sum();
        return sum * sum / (shares.size() * squares);
    }

    /** Seconds of slots within that time. */
    private static double service(List<Served> units, double from, double until) {
        return units.stream()
                .mapToDouble(done -> Math.max(0, Math.min(done.ended(), until) - Math.max(done.claimed(), from)))
                .sum();
    }

    /** Whether at every moment one unit at least has waited. */
    private static boolean isBackloggedAllThrough(List<Served> units, double from, double until) {
        double covered = from;
        for (Served unit : units.stream()
                .sorted((a, b) -> Double.compare(a.queued(), b.queued()))
                .toList()) {
            if (unit.queued() <= covered) {
                covered = Math.max(covered, unit.claimed());
            }
        }
        return covered >= until;
    }

    /**
     * What the detail of a video has said at one moment.
     *
     * @param uploads how many bursts had come by then
     */
    private record Forecast(double at, double seconds, int uploads) {

        /** A fifth before and after, without the half minute by which the detail rounds. */
        boolean holds(double ended) {
            return ended >= at + 0.8 * seconds && ended <= at + 1.2 * seconds;
        }

        /** By the detail's half minutes. */
        boolean holdsAsShown(double ended) {
            return ended >= 30 * Math.floor((at + 0.8 * seconds) / 30)
                    && ended <= 30 * Math.floor((at + 1.2 * seconds + 30) / 30);
        }

        double error(double ended) {
            return Math.abs(ended - at - seconds) / (ended - at);
        }
    }

    /** What became of forecasts. */
    private static final class Forecasts {

        private final Map<String, List<Forecast>> made = new HashMap<>();
        private final List<Double> errors = new ArrayList<>();
        private int all;
        private int held;
        private int heldAsShown;

        /** @param uploads how many bursts have come; null to count all forecasts, and not only those that none has overtaken */
        void end(Served done, Integer uploads) {
            for (Forecast forecast : made.getOrDefault(done.video(), List.of())) {
                if (uploads == null || forecast.uploads() == uploads) {
                    all++;
                    held += forecast.holds(done.ended()) ? 1 : 0;
                    heldAsShown += forecast.holdsAsShown(done.ended()) ? 1 : 0;
                    errors.add(forecast.error(done.ended()));
                }
            }
        }

        double share(int holding) {
            return (double) holding / all;
        }
    }

    /**
     * Five accounts, bursts of 1 to 30 videos of 10 to 200 MB, and lengths of work that differ by a tenth from what the size
     * says. Forecasts are those of every half minute, as a client sees them that looks again and again. What another account
     * uploads later is served in turn, and nobody can know it before: such forecasts are only printed.
     */
    @Test
    void mostVideosAreReadyWhenTheirForecastsSay() {
        // With 300, of which many end while the rate is learned, the median error of one seed in six is above the
        // target.
        int videos = 1200;
        Random random = new Random(Sample.SEED);
        Forecasts undisturbed = new Forecasts();
        Forecasts every = new Forecasts();
        int[] uploads = {0};
        try (SimulatedTime time = new SimulatedTime(SLOTS, done -> {
            undisturbed.end(done, uploads[0]);
            every.end(done, null);
        })) {
            double rate = 0.4;
            // By this one the rate is known.
            time.at(0, () -> time.upload(account(9), 50, 1 + rate * 50));
            double at = 60;
            for (int uploaded = 0; uploaded < videos; ) {
                int burst = Math.min(videos - uploaded, 1 + random.nextInt(30));
                String account = account(random.nextInt(5));
                double work = 0;
                time.at(at, () -> uploads[0]++);
                for (int i = 0; i < burst; i++) {
                    double megabytes = 10 * Math.pow(20, random.nextDouble());
                    double seconds = (1 + rate * megabytes) * Math.exp(0.1 * random.nextGaussian());
                    work += seconds;
                    time.at(at, () -> time.upload(account, megabytes, seconds));
                }
                uploaded += burst;
                // On average, a little less comes than can be done.
                at += -Math.log(1 - random.nextDouble()) * work / SLOTS / 0.9;
            }
            double end = at;
            time.at(60.5, () -> lookEachHalfMinute(time, List.of(undisturbed, every), uploads, end));
            time.run(FOR_EVER);
        }
        double share = undisturbed.share(undisturbed.heldAsShown);
        double median = percentile(undisturbed.errors, 50);
        System.out.printf(
                "RESULT ready-by seed=%d videos=%d forecasts=%d inside=%.3f target=0.90 within_a_fifth=%.3f"
                        + " median_error=%.3f target=0.15 with_overtaken=%d inside=%.3f within_a_fifth=%.3f"
                        + " median_error=%.3f%n",
                Sample.SEED,
                videos,
                undisturbed.all,
                share,
                undisturbed.share(undisturbed.held),
                median,
                every.all,
                every.share(every.heldAsShown),
                every.share(every.held),
                percentile(every.errors, 50));
        assertThat(undisturbed.all).isGreaterThan(videos);
        assertThat(share).isGreaterThanOrEqualTo(0.90);
        assertThat(median).isLessThanOrEqualTo(0.15);
    }

    private static void lookEachHalfMinute(SimulatedTime time, List<Forecasts> forecasts, int[] uploads, double until) {
        time.jdbc()
                .query(
                        "SELECT video_id::text, seconds FROM (SELECT owner_id, array_agg(video_id) AS ids FROM work"
                                + " GROUP BY owner_id) own CROSS JOIN LATERAL forecasts(owner_id, ids) WHERE seconds IS"
                                + " NOT NULL",
                        row -> {
                            Forecast forecast = new Forecast(time.now(), row.getDouble(2), uploads[0]);
                            for (Forecasts each : forecasts) {
                                each.made
                                        .computeIfAbsent(row.getString(1), video -> new ArrayList<>())
                                        .add(forecast);
                            }
                        });
        if (time.now() < until) {
            time.at(time.now() + 30, () -> lookEachHalfMinute(time, forecasts, uploads, until));
        }
    }
}
