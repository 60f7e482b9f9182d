package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The protocol of dispatch, without any of its parts: a queue that delivers late, twice or not at all, rows, workers that are
 * killed at each step, and the reconciler. Time is simulated, so that a run of days takes a second, and a seed repeats it.
 *
 * <p>It shows that no unit waits for a message that does not exist although a message serves whatever is next, and not the
 * video that it names. ADR 28 has the rules; what the SQL does is FairClaimTest's.
 */
class DispatchSimulationTest {

    private static final int MAX_RECEIVES = 5;
    private static final int MAX_ATTEMPTS = 5;
    private static final double VISIBILITY = 60;
    private static final double LEASE = 36;
    private static final double SWEEP = 30;
    private static final double RESEND = 300;

    private enum Status {
        WAITING,
        RUNNING,
        DONE,
        FAILED
    }

    private static final class Unit {
        final int number;
        final int account;
        final double seconds;
        Status status = Status.WAITING;
        double due;
        double lease;
        int token;
        int attempts;
        double claimed;
        double published;
        double firstClaimed = -1;
        int commits;

        Unit(int number, int account, double seconds) {
            this.number = number;
            this.account = account;
            this.seconds = seconds;
        }
    }

    private static final class Message {
        final int names;
        double visible;
        int receives;
        boolean deleted;
        /** Of the newest delivery. */
        int handle;

        Message(int names, double visible) {
            this.names = names;
            this.visible = visible;
        }
    }

    private record Event(double at, int order, Runnable what) {}

    /** How often each fault strikes. */
    private record Faults(double kill, double fail, double requeue, double lost, double twice) {
        static final Faults NONE = new Faults(0, 0, 0, 0, 0);
        static final Faults MANY = new Faults(0.12, 0.1, 0.05, 0.03, 0.1);
    }

    private static final class Run {
        final Random random;
        final Faults faults;
        final int cap;
        final List<Unit> units = new ArrayList<>();
        final List<Message> queue = new ArrayList<>();
        final Map<Integer, Double> virtualTimes = new HashMap<>();
        final PriorityQueue<Event> events =
                new PriorityQueue<>(Comparator.comparingDouble(Event::at).thenComparingInt(Event::order));
        double now;
        double systemTime;
        int order;
        int tokens;
        int sent;
        int resent;
        int orphaned;
        int movedByReceives;
        int killed;

        Run(long seed, Faults faults, int cap) {
            this.random = new Random(seed);
            this.faults = faults;
            this.cap = cap;
        }

        void at(double time, Runnable what) {
            events.add(new Event(time, order++, what));
        }

        boolean strikes(double chance) {
            return random.nextDouble() < chance;
        }

        void upload(int account, double seconds) {
            Unit unit = new Unit(units.size(), account, seconds);
            unit.due = now;
            unit.published = now;
            units.add(unit);
            if (strikes(faults.lost)) {
                return;
            }
            send(unit.number, 0);
            if (strikes(faults.twice)) {
                send(unit.number, random.nextInt(200));
            }
        }

        void send(int names, double delay) {
            sent++;
            queue.add(new Message(names, now + delay));
        }

        boolean running(Unit unit) {
            return unit.status == Status.RUNNING;
        }

        long running(int account) {
            return units.stream()
                    .filter(u -> u.account == account && running(u))
                    .count();
        }

        boolean isDue(Unit unit) {
            return unit.status == Status.WAITING && unit.due <= now;
        }

        Unit best() {
            Map<Integer, Integer> running = new HashMap<>();
            units.stream().filter(this::running).forEach(u -> running.merge(u.account, 1, Integer::sum));
            Unit best = null;
            for (Unit unit : units) {
                if (running(unit) && unit.lease < now && unit.attempts < MAX_ATTEMPTS) {
                    return unit;
                }
                if (isDue(unit)
                        && running.getOrDefault(unit.account, 0) < cap
                        && (best == null || time(unit.account) < time(best.account))) {
                    best = unit;
                }
            }
            return best;
        }

        double time(int account) {
            return virtualTimes.getOrDefault(account, 0.0);
        }

        void worker() {
            Message message = queue.stream()
                    .filter(m -> m.visible <= now && !m.deleted)
                    .findFirst()
                    .orElse(null);
            if (message == null) {
                double next = queue.stream().mapToDouble(m -> m.visible).min().orElse(now + 20);
                at(Math.max(now + 0.1, Math.min(next, now + 20)), this::worker);
                return;
            }
            if (++message.receives > MAX_RECEIVES) {
                movedByReceives++;
                queue.remove(message);
                at(now, this::worker);
                return;
            }
            message.visible = now + VISIBILITY;
            int handle = ++message.handle;
            Unit unit = best();
            if (unit == null) {
                settle(message, units.get(message.names));
                at(now + 0.1, this::worker);
                return;
            }
            claim(unit);
            if (strikes(faults.kill / 3)) {
                killed++;
                at(now + 20, this::worker);
                return;
            }
            Unit named = units.get(message.names);
            if (named != unit && named.status == Status.WAITING) {
                send(named.number, Math.max(0, named.due - now));
            }
            work(unit, unit.token, message, handle);
        }

        void claim(Unit unit) {
            if (unit.status == Status.WAITING) {
                double start = Math.max(systemTime, time(unit.account));
                systemTime = start;
                virtualTimes.put(unit.account, start + unit.seconds);
            }
            if (unit.firstClaimed < 0) {
                unit.firstClaimed = now;
            }
            unit.status = Status.RUNNING;
            unit.claimed = now;
            unit.token = ++tokens;
            unit.attempts++;
            unit.lease = now + LEASE;
        }

        void settle(Message message, Unit named) {
            if (named.status == Status.WAITING) {
                postpone(message, named, Math.max(named.due - now, 5), false);
            } else if (running(named) && named.lease < now && named.attempts >= MAX_ATTEMPTS) {
                named.status = Status.FAILED;
                delete(message);
            } else {
                delete(message);
            }
        }

        void delete(Message message) {
            message.deleted = true;
            queue.remove(message);
        }

        void postpone(Message message, Unit unit, double delay, boolean borrowed) {
            if (borrowed || message.receives >= MAX_RECEIVES || message.deleted) {
                send(unit.number, delay);
                delete(message);
            } else {
                message.visible = now + delay;
            }
        }

        void work(Unit unit, int token, Message message, int handle) {
            double end = now + unit.seconds;
            double struck = now + unit.seconds * random.nextDouble();
            for (double beat = now + 12; beat < end; beat += 12) {
                double when = beat;
                at(beat, () -> {
                    if (unit.token == token && running(unit) && when < unit.lease) {
                        unit.lease = now + LEASE;
                        if (message.handle == handle) {
                            message.visible = now + VISIBILITY;
                        }
                    }
                });
            }
            if (strikes(faults.kill)) {
                killed++;
                // Beats that come after the kill belong to nobody.
                at(struck, () -> {
                    if (unit.token == token) {
                        unit.token = ++tokens;
                    }
                    at(now + 20, this::worker);
                });
            } else if (strikes(faults.fail)) {
                at(struck, () -> fail(unit, token, message));
            } else if (strikes(faults.requeue)) {
                at(struck, () -> requeue(unit, token, message));
            } else {
                at(end, () -> commit(unit, token, message));
            }
        }

        void fail(Unit unit, int token, Message message) {
            if (unit.token == token && running(unit)) {
                if (unit.attempts >= MAX_ATTEMPTS) {
                    unit.status = Status.FAILED;
                    delete(message);
                } else {
                    double delay = 10 * Math.pow(2, unit.attempts - 1);
                    unit.status = Status.WAITING;
                    unit.due = now + delay;
                    if (!strikes(faults.kill)) {
                        postpone(message, unit, delay, message.names != unit.number);
                    }
                }
            }
            at(now + 0.1, this::worker);
        }

        void requeue(Unit unit, int token, Message message) {
            if (unit.token == token && running(unit)) {
                unit.status = Status.WAITING;
                unit.due = now;
                unit.attempts--;
                if (!strikes(faults.kill)) {
                    send(unit.number, 0);
                    delete(message);
                }
            }
            at(now + 0.1, this::worker);
        }

        void commit(Unit unit, int token, Message message) {
            if (unit.token == token && running(unit)) {
                unit.status = Status.DONE;
                unit.commits++;
                if (strikes(faults.kill / 3)) {
                    killed++;
                    at(now + 20, this::worker);
                    return;
                }
            }
            delete(message);
            at(now + 0.1, this::worker);
        }

        void reconcile() {
            List<Unit> unfinished = units.stream()
                    .filter(u -> u.status == Status.WAITING || running(u))
                    .toList();
            for (Unit unit : unfinished) {
                if (running(unit) && unit.lease < now - 2 * VISIBILITY) {
                    orphaned++;
                    if (unit.attempts >= MAX_ATTEMPTS) {
                        unit.status = Status.FAILED;
                    } else {
                        unit.status = Status.WAITING;
                        unit.due = now;
                        unit.published = now;
                        send(unit.number, 0);
                    }
                }
            }
            int missing = unfinished.size() - queue.size();
            for (Unit unit : unfinished) {
                if (missing > 0 && isDue(unit) && unit.due < now - VISIBILITY && unit.published < now - RESEND) {
                    missing--;
                    resent++;
                    unit.published = now;
                    send(unit.number, 0);
                }
            }
            at(now + SWEEP, this::reconcile);
        }

        boolean isFinished() {
            return units.stream().allMatch(u -> u.status == Status.DONE || u.status == Status.FAILED);
        }

        /** Until all units are finished and every message is gone. */
        void run(int workers) {
            for (int i = 0; i < workers; i++) {
                at(now + i * 0.01, this::worker);
            }
            at(now + SWEEP, this::reconcile);
            for (int steps = 0; steps < 3_000_000; steps++) {
                Event event = events.poll();
                now = event.at;
                event.what.run();
                if (steps % 100 == 0 && queue.isEmpty() && isFinished()) {
                    return;
                }
            }
            throw new AssertionError("Not finished at " + now + " s: " + queue.size() + " messages, units "
                    + units.stream()
                            .filter(u -> u.status == Status.WAITING || running(u))
                            .count());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyUnitIsFinishedOnceWhateverBefallsMessagesAndWorkers(long seed) {
        Run run = new Run(seed, Faults.MANY, 3);
        for (int i = 0; i < 1000; i++) {
            run.upload(run.random.nextInt(8), 1 + run.random.nextInt(90));
        }

        run.run(6);

        System.out.printf(
                "RESULT dispatch-simulation seed=%d units=1000 killed=%d sent=%d resent=%d orphaned=%d hours=%.1f%n",
                seed, run.killed, run.sent, run.resent, run.orphaned, run.now / 3600);
        assertThat(run.units).allMatch(unit -> unit.commits == (unit.status == Status.DONE ? 1 : 0));
        assertThat(run.units).allMatch(unit -> unit.attempts <= MAX_ATTEMPTS);
        assertThat(run.sent).as("messages of 1,000 units").isLessThan(4000);
    }

    /** While no message is lost and nobody is killed, no unit needs the reconciler, and a unit costs two messages at most. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void theReconcilerHasNothingToSendWhenNothingIsLost(long seed) {
        Run run = new Run(seed, new Faults(0, 0.1, 0.05, 0, 0.1), 3);
        for (int i = 0; i < 1000; i++) {
            run.upload(run.random.nextInt(8), 1 + run.random.nextInt(90));
        }

        run.run(6);

        assertThat(run.resent + run.orphaned).isZero();
        assertThat(run.movedByReceives)
                .as("messages of good videos that SQS moved away")
                .isZero();
        assertThat(run.units).allMatch(unit -> unit.status == Status.DONE || unit.attempts == MAX_ATTEMPTS);
    }

    @Test
    void whoComesSecondWaitsForOneUnitAndNotForABacklog() {
        Run run = new Run(1, Faults.NONE, 50);
        for (int i = 0; i < 200; i++) {
            run.upload(1, 20);
        }
        for (int i = 0; i < 5; i++) {
            run.upload(2, 20);
        }

        run.run(3);

        List<Double> waits = run.units.stream()
                .filter(unit -> unit.account == 2)
                .map(unit -> unit.firstClaimed)
                .toList();
        assertThat(waits).as("five units at half of three workers").allMatch(wait -> wait <= 100);
    }
}
