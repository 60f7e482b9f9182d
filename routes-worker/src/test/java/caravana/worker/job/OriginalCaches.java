package caravana.worker.job;

import caravana.worker.settings.WorkerProperties;
import java.io.IOException;

/** Makes the cache of originals for tests of other packages. */
public final class OriginalCaches {

    private OriginalCaches() {}

    public static OriginalCache in(WorkFolder folder, WorkerProperties worker) throws IOException {
        return new OriginalCache(folder, worker);
    }
}
