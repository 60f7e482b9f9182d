package caravana.load;

/**
 * How the group of workers follows the work, by Terraform's policy {@code work-per-instance}: as many instances as do what is
 * due within the target, once the alarm of the policy has seen it for some minutes, and when they have booted.
 *
 * @param slots of an instance
 * @param targetSeconds in which what is due is to be done
 * @param noticedSeconds from a change until the policy acts: CloudWatch looks at three minutes
 * @param bootSeconds from then until a new instance takes its first job
 * @param least instances at any time
 * @param most instances at any time
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
