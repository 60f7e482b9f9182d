package caravana.worker.job;

import caravana.worker.settings.WorkerProperties;

/** Makes work folders for tests of other packages. */
public final class WorkFolders {

    private WorkFolders() {}

    public static WorkFolder in(WorkerProperties worker) {
        return new WorkFolder(worker);
    }
}
