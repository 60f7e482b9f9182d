package caravana.bench;

import caravana.measure.ProcessFigures;
import java.util.Locale;

/** Measures how much the resident set of a process grows. */
final class Growth {

    static final int MB = 1024 * 1024;

    private Growth() {}

    interface Work {
        void run() throws Exception;
    }

    /**
     * Prints how fast the work went, and how much memory it took.
     *
     * @param gigabytes that the work moves
     * @return megabytes by which the process was larger, at most, during the work than before
     */
    static double during(Work work, int gigabytes, long pid) throws Exception {
        long before = ProcessFigures.residentBytes(pid);
        Peak peak = Peak.of(() -> ProcessFigures.residentBytes(pid));
        long started = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - started) / 1e9;
        long most = peak.end();
        System.out.printf(
                Locale.ROOT,
                "%d GB in %.1f s (%.0f MB/s); resident before %d MB, peak %d MB%n",
                gigabytes,
                seconds,
                gigabytes * 1024 / seconds,
                before / MB,
                most / MB);
        return (most - before) / (double) MB;
    }
}
