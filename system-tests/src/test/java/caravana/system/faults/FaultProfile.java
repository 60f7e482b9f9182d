package caravana.system.faults;

import caravana.test.Sample;

/**
 * The size of a run.
 *
 * @param jobs good uploads at least
 * @param workers worker processes
 * @param slots jobs at once per worker
 * @param kills workers killed while they run a job
 * @param stops workers stopped by SIGTERM while they run a job
 * @param freezes workers frozen past their lease
 * @param outages how often each of the four systems is taken away
 */
record FaultProfile(int jobs, int workers, int slots, int kills, int stops, int freezes, int outages) {

    /** The normal run's, which provokes {@link FaultsTest#FAULTS_OF_SAMPLE} of its faults. */
    static final FaultProfile SAMPLE = new FaultProfile(20, 3, 2, 4, 1, 1, 1);

    static final FaultProfile SHORT = new FaultProfile(60, 3, 2, 4, 1, 1, 1);
    static final FaultProfile LONG = new FaultProfile(1000, 3, 4, 52, 8, 4, 4);

    static FaultProfile chosen() {
        if (Sample.LONG) {
            return LONG;
        }
        Sample.leave("jobs beside faults: 1,000 of them and 50 kills");
        return Sample.WHOLE ? SHORT : SAMPLE;
    }
}
