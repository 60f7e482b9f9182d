package caravana.bench;

import caravana.measure.MeasurementException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Clients that repeat the same action, each on its own thread, from the start of the crowd to its end. */
final class Crowd {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final int size;
    private final Set<Integer> expected;
    private final Visit visit;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private ExecutorService clients;
    private CountDownLatch inPlace;
    private volatile CountDownLatch ending;

    /**
     * @param name what they are, for people
     * @param size how many they are
     * @param expected the statuses that they may be answered
     */
    Crowd(String name, int size, Set<Integer> expected, Visit visit) {
        this.name = name;
        this.size = size;
        this.expected = expected;
        this.visit = visit;
    }

    /** What a client does with one connection; it ends soon after {@link Client#isOver}. */
    interface Visit {
        void make(Client client) throws IOException;
    }

    /** Starts all of them. */
    void begin() {
        ending = new CountDownLatch(1);
        clients = Executors.newFixedThreadPool(size);
        inPlace = new CountDownLatch(size);
        for (int i = 0; i < size; i++) {
            clients.execute(new Client(i));
        }
    }

    /**
     * Waits until each of them does what it is there for.
     *
     * @throws MeasurementException when some do not within a minute
     */
    void awaitInPlace() throws InterruptedException {
        if (!inPlace.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new MeasurementException(inPlace.getCount() + " of these clients are not in place: " + this);
        }
    }

    /** Stops all of them. */
    void end() {
        ending.countDown();
        clients.shutdown();
    }

    /**
     * Waits until they are gone; answers that they wait for come first.
     *
     * @throws MeasurementException when some are still there after a minute
     */
    void awaitGone() throws InterruptedException {
        if (!clients.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new MeasurementException("Some of these clients do not end: " + this);
        }
    }

    /** One of them. */
    final class Client implements Runnable {

        private final int number;
        private boolean there;

        private Client(int number) {
            this.number = number;
        }

        /** Which of them it is, from 0 on. */
        int number() {
            return number;
        }

        @Override
        public void run() {
            while (!isOver()) {
                try {
                    visit.make(this);
                } catch (IOException broken) {
                    note(broken.toString());
                    pause(Duration.ofSeconds(1));
                }
            }
        }

        /** Whether it is enough. */
        boolean isOver() {
            return ending.getCount() == 0;
        }

        /** From now on it does what it is there for. */
        void isInPlace() {
            if (!there) {
                there = true;
                inPlace.countDown();
            }
        }

        /** It was answered. */
        void answered(int status) {
            note(String.valueOf(status));
            isInPlace();
        }

        /** Does nothing for that long, or until it is enough. */
        void pause(Duration time) {
            try {
                ending.await(time.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void note(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    /** How often they were answered otherwise than expected, or not at all. */
    synchronized int unexpected() {
        return outcomes.entrySet().stream()
                .filter(outcome -> expected.stream().map(String::valueOf).noneMatch(outcome.getKey()::equals))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** What they are, and how they have been answered. */
    @Override
    public synchronized String toString() {
        return size + " " + name + ": "
                + outcomes.entrySet().stream()
                        .map(outcome -> outcome.getValue() + " × " + outcome.getKey())
                        .collect(Collectors.joining(", "));
    }
}
