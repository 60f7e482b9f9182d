package caravana.load;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The size of the scenarios: seconds, megabytes (1,000,000 bytes) and numbers of users, jobs and workers. */
enum Profile {
    /** Whether everything works together; for CI, and says nothing about speed. */
    SMOKE(List.of(), 1, 3, List.of(1), 2, List.of(1), List.of(), List.of(1), 2, List.of(), 0, 0, 60),
    /** Both scenarios together within 25 minutes. */
    SHORT(
            List.of(100, 200, 300),
            20,
            60,
            List.of(1, 10, 50, 100),
            20,
            List.of(50, 100),
            List.of(75),
            List.of(1, 2, 4),
            4,
            List.of(1, 2, 3),
            90,
            60,
            1),
    LONG(
            List.of(100, 200, 300),
            180,
            300,
            List.of(1, 10, 50, 100),
            60,
            List.of(50, 100),
            List.of(75),
            List.of(1, 2, 4),
            12,
            List.of(1, 2, 3),
            90,
            300,
            1);

    /** Numbers of users, one step each, after one with {@link #SMOKE_USERS}. */
    final List<Integer> users;

    final int rampSeconds;
    final int holdSeconds;

    /** Files that five users upload, one step each and per way of upload. */
    final List<Integer> uploadMegabytes;

    final int uploadSeconds;

    /** Files that one worker processes. */
    final List<Integer> videoMegabytes;

    /** Files by which the model is checked. */
    final List<Integer> checkMegabytes;

    final List<Integer> slots;
    final int videos;

    /** Numbers of workers that clear a queue of jobs with the stub. */
    final List<Integer> workers;

    final int stubJobs;

    /** How long videos arrive at a steady rate, once below and once above what the workers can do. */
    final int arrivalSeconds;

    /** What the p95 of the app's own time may be; in CI, on any machine. */
    final int appP95Seconds;

    static final int SMOKE_USERS = 5;

    Profile(
            List<Integer> users,
            int rampSeconds,
            int holdSeconds,
            List<Integer> uploadMegabytes,
            int uploadSeconds,
            List<Integer> videoMegabytes,
            List<Integer> checkMegabytes,
            List<Integer> slots,
            int videos,
            List<Integer> workers,
            int stubJobs,
            int arrivalSeconds,
            int appP95Seconds) {
        this.users = users;
        this.rampSeconds = rampSeconds;
        this.holdSeconds = holdSeconds;
        this.uploadMegabytes = uploadMegabytes;
        this.uploadSeconds = uploadSeconds;
        this.videoMegabytes = videoMegabytes;
        this.checkMegabytes = checkMegabytes;
        this.slots = slots;
        this.videos = videos;
        this.workers = workers;
        this.stubJobs = stubJobs;
        this.arrivalSeconds = arrivalSeconds;
        this.appP95Seconds = appP95Seconds;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException when there is none of that name */
    static Profile named(String label) {
        return Arrays.stream(values())
                .filter(p -> p.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no profile '" + label + "'; there are "
                        + Arrays.stream(values()).map(Profile::label).collect(Collectors.joining(", "))));
    }
}
