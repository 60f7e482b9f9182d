package caravana.web.identity;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * An executor whose threads pause after each task while others wait, for a multiple of the task's duration. So a flood
 * of tasks leaves most of the processors to other work, however fast this machine is.
 */
final class RestingExecutor extends ThreadPoolExecutor {

    private final int rest;
    private final ThreadLocal<Long> began = new ThreadLocal<>();

    /**
     * @param atOnce number of threads, 1 or more
     * @param rest the multiple; 0 for no pause
     * @param names prefix of the threads' names
     */
    RestingExecutor(int atOnce, int rest, String names) {
        super(atOnce, atOnce, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new CustomizableThreadFactory(names));
        this.rest = rest;
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable task) {
        began.set(System.nanoTime());
    }

    /** Runs after the result of the task is available, so its caller does not wait for the pause. */
    @Override
    protected void afterExecute(Runnable task, Throwable failure) {
        long end = System.nanoTime();
        long until = end + rest * (end - began.get());
        while (!getQueue().isEmpty() && !isShutdown() && until - System.nanoTime() > 0) {
            LockSupport.parkNanos(until - System.nanoTime());
            if (Thread.interrupted()) {
                return;
            }
        }
    }
}
