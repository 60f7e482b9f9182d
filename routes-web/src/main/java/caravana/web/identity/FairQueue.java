package caravana.web.identity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * A bounded queue of tasks that wait for a thread. Each task has owners. An owner's load is the number of its waiting
 * and running tasks. The task whose owners have the lightest load runs first. When the queue is full and another task
 * comes, the task whose owners have the heaviest load is cancelled. Among equal loads, the earlier task has precedence.
 */
final class FairQueue {

    private final int places;
    private final Map<String, Integer> loads = new HashMap<>();

    /** The waiting tasks, in the order of their arrival. */
    private final List<Task<?>> waiting = new ArrayList<>();

    /** @param places the most waiting tasks, 1 or more */
    FairQueue(int places) {
        this.places = places;
    }

    /** A task and its owners. */
    static final class Task<T> extends FutureTask<T> {

        private final List<String> owners;

        private Task(Callable<T> work, List<String> owners) {
            super(work);
            this.owners = owners;
        }
    }

    /**
     * Adds a task. If there is no place for it, the result is cancelled already. Afterwards, a thread must call {@link
     * #runNext}.
     */
    synchronized <T> Task<T> enter(Callable<T> work, List<String> owners) {
        Task<T> task = new Task<>(work, owners);
        waiting.add(task);
        owners.forEach(owner -> loads.merge(owner, 1, Integer::sum));
        if (waiting.size() > places) {
            leave(last(Comparator.comparingInt(this::load)));
        }
        return task;
    }

    /** Returns whether a task of these owners would be cancelled at once. */
    synchronized boolean isFullFor(List<String> owners) {
        int load = owners.stream()
                .mapToInt(owner -> loads.getOrDefault(owner, 0) + 1)
                .sum();
        return waiting.size() >= places
                && waiting.stream()
                        .allMatch(task -> load(task)
                                        + task.owners.stream()
                                                .filter(owners::contains)
                                                .count()
                                <= load);
    }

    /** Cancels a waiting task. A running or finished task is not affected. */
    synchronized void leave(Task<?> task) {
        if (waiting.remove(task)) {
            task.cancel(false);
            end(task);
        }
    }

    /** Runs the next task, if one waits. */
    void runNext() {
        Task<?> next = take();
        if (next != null) {
            next.run();
            end(next);
        }
    }

    private synchronized Task<?> take() {
        Task<?> next = waiting.stream().min(Comparator.comparingInt(this::load)).orElse(null);
        waiting.remove(next);
        return next;
    }

    private synchronized void end(Task<?> task) {
        task.owners.forEach(owner -> loads.computeIfPresent(owner, (o, load) -> load > 1 ? load - 1 : null));
    }

    /** Returns the largest task by an order; the one that came last, if several are equal. */
    private Task<?> last(Comparator<Task<?>> order) {
        return waiting.stream()
                .reduce((largest, next) -> order.compare(next, largest) >= 0 ? next : largest)
                .orElseThrow();
    }

    private int load(Task<?> task) {
        return task.owners.stream().mapToInt(loads::get).sum();
    }
}
