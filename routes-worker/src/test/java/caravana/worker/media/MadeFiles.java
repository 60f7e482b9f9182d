package caravana.worker.media;

import java.nio.file.Path;
import java.util.List;

/** Results for tests of routes, whose files need not exist. */
public final class MadeFiles {

    private MadeFiles() {}

    /** @param names of the files, the main video first; those that end with {@code .jpg} are posters */
    public static MadeOutputs of(Path folder, String... names) {
        MadeOutputs outputs = new MadeOutputs(file(folder, names[0]));
        List.of(names).subList(1, names.length).forEach(name -> outputs.add(file(folder, name)));
        return outputs;
    }

    private static MadeOutput file(Path folder, String name) {
        boolean poster = name.endsWith(".jpg");
        return new MadeOutput(
                name,
                poster ? "poster" : "video",
                poster ? "image/jpeg" : "video/mp4",
                name,
                folder.resolve(name).toFile(),
                1,
                "0".repeat(64),
                1280,
                720,
                poster ? null : 10.0,
                poster ? null : 1L,
                null,
                "codec");
    }
}
