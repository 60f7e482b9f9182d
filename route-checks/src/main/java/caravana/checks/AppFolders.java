package caravana.checks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Which app loads which folder of routes. Each folder is one capability; its sub-folders are not loaded. */
enum AppFolders {
    WEB(
            "api",
            "assets",
            "events",
            "identity",
            "imports",
            "mails",
            "operators",
            "presets",
            "reconcile",
            "upload",
            "usage",
            "videos",
            "webhooks"),
    WORKER("failure", "intake", "job");

    private static final List<String> BOTH = List.of("errors", "queue");

    /** The apps by folder. */
    private static final Map<String, List<AppFolders>> LOADING = Arrays.stream(values())
            .flatMap(app -> app.folders().stream())
            .distinct()
            .collect(Collectors.toMap(
                    folder -> folder,
                    folder -> Arrays.stream(values())
                            .filter(app -> app.folders().contains(folder))
                            .toList()));

    private final List<String> own;

    AppFolders(String... own) {
        this.own = List.of(own);
    }

    /** As the settings name it, and its {@link Vocabulary}. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The folders that it loads. */
    List<String> folders() {
        List<String> folders = new ArrayList<>(own);
        folders.addAll(BOTH);
        return folders;
    }

    /** The folders that any app loads, in their order. */
    static List<String> allFolders() {
        return Arrays.stream(values())
                .flatMap(app -> app.folders().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** The apps that load a file; none when it lies elsewhere. */
    static List<AppFolders> loading(String file) {
        int slash = file.lastIndexOf('/');
        return LOADING.getOrDefault(slash < 0 ? "" : file.substring(0, slash), List.of());
    }

    /** Whether every app that loads one file loads the other as well. */
    static boolean loadedWherever(String file, String other) {
        return loading(other).containsAll(loading(file));
    }
}
