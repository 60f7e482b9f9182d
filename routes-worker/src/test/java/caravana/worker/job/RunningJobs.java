package caravana.worker.job;

import java.nio.file.Path;
import java.util.UUID;

/** Makes running jobs for tests of other packages. */
public final class RunningJobs {

    private RunningJobs() {}

    public static RunningJob inFolder(Path folder) {
        return new RunningJob(
                UUID.randomUUID().toString(), UUID.randomUUID().toString(), "handle", folder, new JvmShares(), false);
    }
}
