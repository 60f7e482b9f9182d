package caravana.load;

/**
 * Predicts the throughput of a worker node from single jobs, for other numbers of jobs, slots and nodes.
 *
 * <p>The model: a job alone takes its time, part of which is CPU time. Concurrent jobs overlap while there are CPUs for
 * all; beyond that, the CPUs limit the jobs per second. Nodes do not affect each other, and none waits when a job is
 * queued.
 *
 * @param aloneSeconds duration of a single job from claim to commit
 * @param cpuSeconds CPU time of a job, including ffmpeg
 * @param cpus number of CPUs of the node
 */
record Capacity(double aloneSeconds, double cpuSeconds, int cpus) {

    /** Half-way between two others, or further along the line through them: {@code share} is 0 here and 1 there. */
    Capacity towards(Capacity there, double share) {
        return new Capacity(
                aloneSeconds + share * (there.aloneSeconds - aloneSeconds),
                cpuSeconds + share * (there.cpuSeconds - cpuSeconds),
                cpus);
    }

    /** Jobs a second of one node that always has enough of them. */
    double perSecond(int slots) {
        return Math.min(slots / aloneSeconds, cpus / cpuSeconds);
    }

    /** Seconds of one job among that many. */
    double serviceSeconds(int slots) {
        return slots / perSecond(slots);
    }

    /** Seconds until jobs that all wait are processed, evenly by the nodes and in rounds of as many as there are slots. */
    double clearingSeconds(int jobs, int nodes, int slots) {
        int each = (jobs + nodes - 1) / nodes;
        int left = each % slots;
        return each / slots * serviceSeconds(slots) + (left == 0 ? 0 : serviceSeconds(left));
    }

    /** By how many jobs a minute the queue grows at a steady rate of arrivals. */
    double growthPerMinute(double arrivalsPerMinute, int nodes, int slots) {
        return Math.max(0, arrivalsPerMinute - 60 * nodes * perSecond(slots));
    }
}
