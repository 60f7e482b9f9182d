package caravana.load;

/**
 * Simulates how the group of workers follows the load, by Terraform's policy {@code work-per-instance}: it starts as
 * many instances as process the due work within the target, after the policy's alarm has seen the load for some
 * minutes, and the instances have booted.
 *
 * @param slots of an instance
 * @param targetSeconds time in which due work must be processed
 * @param noticedSeconds time from a change until the policy acts: CloudWatch needs three minutes
 * @param bootSeconds time from then until a new instance takes its first job
 * @param least fewest instances
 * @param most most instances
 */
record Scaling(int slots, double targetSeconds, double noticedSeconds, double bootSeconds, int least, int most) {

    /** Instances that are wanted for so many seconds of work, whichever instances do them already. */
    int wanted(double work) {
        return (int) Math.max(least, Math.min(most, Math.ceil(work / (targetSeconds * slots))));
    }

    /** Seconds until a burst of so many seconds of work is done, by the fewest instances at first. */
    double clearingSeconds(double work) {
        double alone = work / (least * slots);
        double helpedFrom = noticedSeconds + bootSeconds;
        if (alone <= helpedFrom) {
            return alone;
        }
        // What is left when the policy acts decides: CloudWatch's target tracking takes no instance away within a
        // quarter of an hour.
        int instances = wanted(work - noticedSeconds * least * slots);
        return helpedFrom + (work - helpedFrom * least * slots) / (instances * slots);
    }
}
