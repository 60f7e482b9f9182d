package caravana.checks;

import java.util.ArrayList;
import java.util.List;

/**
 * Which app loads a file: each loads the folder of its own name and {@code shared/}, and nothing from folders below
 * them.
 */
enum Apps {
    WEB,
    WORKER;

    private static final String SHARED = "shared";

    /** The folder that it alone loads, and the name of its {@link Vocabulary}. */
    String folder() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The apps that load a file; none when it lies elsewhere. */
    static List<Apps> loading(String file) {
        List<Apps> loading = new ArrayList<>();
        int slash = file.lastIndexOf('/');
        String folder = slash < 0 ? "" : file.substring(0, slash);
        for (Apps app : values()) {
            if (folder.equals(app.folder()) || folder.equals(SHARED)) {
                loading.add(app);
            }
        }
        return loading;
    }

    /** Whether every app that loads one file loads the other as well. */
    static boolean loadedWherever(String file, String other) {
        return loading(other).containsAll(loading(file));
    }
}
