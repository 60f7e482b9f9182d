package caravana.worker.exec;

/** Makes notes for tests of other packages. */
public final class ToolFailureNotes {

    private ToolFailureNotes() {}

    public static ToolFailureNote in(String stateFolder) {
        return new ToolFailureNote(stateFolder);
    }
}
